namespace Cierre.Client;

/// <summary>Notes when each step of an opening begins and ends. An attempt that was given up may still be dialling while the times are read.</summary>
internal sealed class OpeningClock(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _begun = time.GetTimestamp();
    private readonly List<OpeningStep> _steps = [];
    private OpeningPhase? _phase;
    private TimeSpan _start;

    public TimeSpan Elapsed => time.GetElapsedTime(_begun);

    /// <summary>The step before has succeeded, and this one begins, unless it is under way.</summary>
    public void Begin(OpeningPhase phase)
    {
        lock (_gate)
        {
            if (_phase == phase) return;
            TimeSpan now = Elapsed;
            End(now, completed: true);
            (_phase, _start) = (phase, now);
        }
    }

    /// <summary>The opening has succeeded, or failed in the step that is under way.</summary>
    public OpeningTimes Stop(bool completed)
    {
        lock (_gate)
        {
            TimeSpan now = Elapsed;
            End(now, completed);
            return new OpeningTimes([.. _steps], now);
        }
    }

    private void End(TimeSpan now, bool completed)
    {
        if (_phase is { } phase) _steps.Add(new OpeningStep(phase, _start, now - _start, completed));
        _phase = null;
    }
}
