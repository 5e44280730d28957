using System.Net;

namespace Cierre.Client;

/// <summary>Notes when each step of an opening begins and ends. An attempt that was given up may still be dialling while the times are read.</summary>
internal sealed class OpeningClock(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _begun = time.GetTimestamp();
    private readonly List<Entry> _entries = [];
    private Entry? _current;

    public TimeSpan Elapsed => time.GetElapsedTime(_begun);

    /// <summary>The step before has succeeded, and this one begins, unless it is under way.</summary>
    public void Begin(OpeningPhase phase)
    {
        lock (_gate)
        {
            if (_current?.Phase == phase) return;
            TimeSpan now = Elapsed;
            _current?.End(now, completed: true);
            _entries.Add(_current = new Entry(phase, now, null));
        }
    }

    /// <summary>A step begins that runs beside others of its kind, and is ended by itself.</summary>
    public Entry BeginAttempt(IPEndPoint address)
    {
        lock (_gate)
        {
            TimeSpan now = Elapsed;
            _current?.End(now, completed: true);
            _current = null;
            var attempt = new Entry(OpeningPhase.Tcp, now, address);
            _entries.Add(attempt);
            return attempt;
        }
    }

    public void EndAttempt(Entry attempt, bool completed)
    {
        lock (_gate) attempt.End(Elapsed, completed);
    }

    /// <summary>The opening has succeeded, or failed in the step that is under way.</summary>
    public OpeningTimes Stop(bool completed)
    {
        lock (_gate)
        {
            TimeSpan now = Elapsed;
            _current?.End(now, completed);
            _current = null;
            foreach (Entry entry in _entries) entry.End(now, completed: false);
            return new OpeningTimes([.. _entries.Select(entry => entry.ToStep())], now);
        }
    }

    /// <summary>One step, which ends once.</summary>
    internal sealed class Entry(OpeningPhase phase, TimeSpan start, IPEndPoint? address)
    {
        private (TimeSpan At, bool Completed)? _end;

        public OpeningPhase Phase => phase;

        public void End(TimeSpan now, bool completed) => _end ??= (now, completed);

        public OpeningStep ToStep() => new(phase, start, _end!.Value.At - start, _end.Value.Completed) { EndPoint = address };
    }
}
