using System.Runtime.CompilerServices;

namespace Cierre.Timing;

/// <summary>All deadlines of a process in one hashed wheel with one timer, so that an idle connection owns none.</summary>
/// <remarks>A deadline is met up to one tick late, never early. The timer rests while the wheel is empty.</remarks>
internal sealed class DeadlineWheel : IDisposable
{
    private const int SlotCount = 1024;
    private static readonly TimeSpan TickLength = TimeSpan.FromMilliseconds(20);
    private static readonly ConditionalWeakTable<TimeProvider, DeadlineWheel> Wheels = [];

    private readonly Lock _gate = new();
    private readonly DeadlineEntry?[] _slots = new DeadlineEntry?[SlotCount];
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly long _start;
    private long _current;
    private int _count;

    private DeadlineWheel(TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static wheel => ((DeadlineWheel)wheel!).Turn(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The wheel of a clock.</summary>
    public static DeadlineWheel For(TimeProvider time) => Wheels.GetValue(time, static t => new DeadlineWheel(t));

    /// <summary>Calls <see cref="DeadlineEntry.Due"/> after the delay, or earlier where an earlier call was asked for before.</summary>
    public void Schedule(DeadlineEntry entry, TimeSpan delay)
    {
        lock (_gate)
        {
            long due = TickNow() + 1 + (long)Math.Ceiling(Math.Max(0, delay.Ticks) / (double)TickLength.Ticks);
            if (entry.Tick >= 0)
            {
                if (entry.Tick <= due) return;
                Unlink(entry);
            }

            if (_count == 0)
            {
                _current = TickNow();
                _timer.Change(TickLength, TickLength);
            }

            Link(entry, due);
        }
    }

    public void Remove(DeadlineEntry entry)
    {
        lock (_gate)
        {
            if (entry.Tick >= 0) Unlink(entry);
            if (_count == 0) Rest();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Turn()
    {
        DeadlineEntry? due = null;
        lock (_gate)
        {
            long now = TickNow();
            // After a long pause each slot needs one look at most.
            for (long tick = Math.Max(_current + 1, now - SlotCount + 1); tick <= now; tick++)
            {
                for (DeadlineEntry? entry = _slots[tick % SlotCount], next; entry is not null; entry = next)
                {
                    next = entry.Next;
                    if (entry.Tick > now) continue;
                    Unlink(entry);
                    entry.Next = due;
                    due = entry;
                }
            }

            _current = Math.Max(_current, now);
            if (_count == 0) Rest();
        }

        while (due is not null)
        {
            DeadlineEntry entry = due;
            due = entry.Next;
            entry.Next = null;
            entry.Due();
        }
    }

    private void Rest() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private long TickNow() => _time.GetElapsedTime(_start).Ticks / TickLength.Ticks;

    private void Link(DeadlineEntry entry, long tick)
    {
        ref DeadlineEntry? head = ref _slots[tick % SlotCount];
        entry.Tick = tick;
        entry.Previous = null;
        entry.Next = head;
        if (head is not null) head.Previous = entry;
        head = entry;
        _count++;
    }

    private void Unlink(DeadlineEntry entry)
    {
        if (entry.Previous is null) _slots[entry.Tick % SlotCount] = entry.Next;
        else entry.Previous.Next = entry.Next;
        if (entry.Next is not null) entry.Next.Previous = entry.Previous;
        entry.Next = null;
        entry.Previous = null;
        entry.Tick = -1;
        _count--;
    }
}
