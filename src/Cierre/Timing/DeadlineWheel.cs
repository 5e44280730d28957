using System.Runtime.CompilerServices;

namespace Cierre.Timing;

/// <summary>All deadlines of a process in one hashed wheel with one timer, so that an idle connection owns none.</summary>
/// <remarks>A deadline is met up to one tick late, never early. The timer rests while the wheel is empty. What a call throws, a clock of the application's
/// perhaps, ends neither the process nor the deadlines of others: the entry is called again a second later.</remarks>
internal sealed class DeadlineWheel : IDisposable
{
    private const int SlotCount = 1024;

    // Behind the slots: what is due and waits for its call. An entry lies there as in any slot, so it can be taken out or asked for anew.
    private const int DueSlot = SlotCount;

    private static readonly TimeSpan TickLength = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private static readonly ConditionalWeakTable<TimeProvider, DeadlineWheel> Wheels = [];

    private readonly Lock _gate = new();
    private readonly Entry?[] _slots = new Entry?[SlotCount + 1];
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

    /// <summary>Calls <see cref="Entry.Due"/> after the delay, or earlier where an earlier call was asked for before.</summary>
    public void Schedule(Entry entry, TimeSpan delay)
    {
        lock (_gate)
        {
            TimeSpan elapsed = Elapsed;
            if (_count == 0) _current = elapsed.Ticks / TickLength.Ticks;
            long due = Math.Max(_current + 1, TickAtOrAfter(elapsed + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero)));
            if (entry.Tick >= 0)
            {
                if (entry.Tick <= due) return;
                Unlink(entry);
            }

            Link(entry, due, (int)(due % SlotCount));
            // Behind the entry: a clock that a test turns may go off in here, and would rest where it finds nothing.
            if (_count == 1) Begin(elapsed);
        }
    }

    public void Remove(Entry entry)
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
        try
        {
            lock (_gate) CollectDue();
        }
        catch (Exception)
        {
            // The clock is the application's: the next turn asks it again.
            return;
        }

        // One at a time, since a call may change the deadlines of others; and one that takes long leaves the rest to the next turn.
        while (TakeDue() is { } entry) Call(entry);
    }

    private void Call(Entry entry)
    {
        try
        {
            entry.Due();
        }
        catch (Exception e)
        {
            // Its deadline is not met yet.
            CallAgain(entry);
            entry.Failed(e);
        }
    }

    /// <summary>Asks no clock: that may be what has thrown.</summary>
    private void CallAgain(Entry entry)
    {
        lock (_gate)
        {
            if (entry.Tick >= 0) return;
            long due = _current + AfterFailure.Ticks / TickLength.Ticks;
            Link(entry, due, (int)(due % SlotCount));
            if (_count == 1) _timer.Change(TickLength, TickLength);
        }
    }

    private void CollectDue()
    {
        long now = Elapsed.Ticks / TickLength.Ticks;
        // After a long pause each slot needs one look at most.
        for (long tick = Math.Max(_current + 1, now - SlotCount + 1); tick <= now; tick++)
        {
            for (Entry? entry = _slots[tick % SlotCount], next; entry is not null; entry = next)
            {
                next = entry.Next;
                if (entry.Tick > now) continue;
                Unlink(entry);
                Link(entry, now, DueSlot);
            }
        }

        _current = Math.Max(_current, now);
    }

    private Entry? TakeDue()
    {
        lock (_gate)
        {
            Entry? entry = _slots[DueSlot];
            if (entry is not null) Unlink(entry);
            else if (_count == 0) Rest();
            return entry;
        }
    }

    /// <summary>The timer goes off at the borders of ticks, so that no part of one is added to a delay.</summary>
    private void Begin(TimeSpan elapsed) => _timer.Change(TickLength - TimeSpan.FromTicks(elapsed.Ticks % TickLength.Ticks), TickLength);

    private void Rest() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private TimeSpan Elapsed => _time.GetElapsedTime(_start);

    private static long TickAtOrAfter(TimeSpan elapsed) => (elapsed.Ticks + TickLength.Ticks - 1) / TickLength.Ticks;

    private void Link(Entry entry, long tick, int slot)
    {
        ref Entry? head = ref _slots[slot];
        entry.Tick = tick;
        entry.Slot = slot;
        entry.Previous = null;
        entry.Next = head;
        if (head is not null) head.Previous = entry;
        head = entry;
        _count++;
    }

    private void Unlink(Entry entry)
    {
        if (entry.Previous is null) _slots[entry.Slot] = entry.Next;
        else entry.Previous.Next = entry.Next;
        if (entry.Next is not null) entry.Next.Previous = entry.Previous;
        entry.Next = null;
        entry.Previous = null;
        entry.Tick = -1;
        _count--;
    }

    /// <summary>Something with deadlines: it lies in the wheel as it is, without a timer or an object of its own.</summary>
    internal abstract class Entry
    {
        internal Entry? Next;
        internal Entry? Previous;
        internal long Tick = -1;
        internal int Slot;

        /// <summary>A deadline may have passed. Called without any lock, on a timer's thread; the entry is out of the wheel.</summary>
        public abstract void Due();

        /// <summary>What <see cref="Due"/> threw: it is called again a little later. Must not throw.</summary>
        protected internal virtual void Failed(Exception exception)
        {
        }
    }
}
