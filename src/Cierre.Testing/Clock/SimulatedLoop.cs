using System.IO.Pipelines;

namespace Cierre.Testing.Clock;

/// <summary>One thread, one clock and all the work there is: whatever is ready runs, in an order drawn from the seed; when nothing is, time moves to the next
/// timer.</summary>
/// <remarks>Nothing promises an order among things that are ready at once, the thread pool least of all: each seed tries another.</remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA1001", Justification = "An event whose wait handle is never asked for holds nothing.")]
internal sealed class SimulatedLoop : SimulationContext
{
    private static readonly TimeSpan OfStrays = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<(SendOrPostCallback Work, object? State)> _ready = [];
    private readonly PriorityQueue<SimulatedTimer, long> _timers = new();
    private readonly ManualResetEventSlim _comesBack = new();
    private ulong _draw;
    private int _thread;

    public SimulatedLoop(int seed)
    {
        _draw = ((ulong)(uint)seed + 1) * 0x9E3779B97F4A7C15;
        Time = new SimulatedTime(this);
        Scheduler = new LoopScheduler(this);
    }

    public SimulatedTime Time { get; }

    public PipeScheduler Scheduler { get; }

    /// <summary>Time since the beginning, in ticks.</summary>
    public long Now { get; private set; }

    public bool IsRunning => _thread != 0;

    /// <summary>Timers that have still to go off.</summary>
    public int Armed
    {
        get
        {
            int count = 0;
            foreach ((SimulatedTimer timer, long due) in _timers.UnorderedItems) count += timer.Due == due ? 1 : 0;
            return count;
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_gate)
        {
            _ready.Add((d, state));
            if (_thread != 0 && _thread != Environment.CurrentManagedThreadId) _comesBack.Set();
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    public void Arm(SimulatedTimer timer) => _timers.Enqueue(timer, timer.Due);

    /// <summary>Runs until the task is done, moving the clock whenever nothing else is left to do.</summary>
    /// <exception cref="SimulationException">Nothing can happen any more, or the limit has passed, and the task is not done.</exception>
    public void RunUntil(Task task, long limit)
    {
        while (!task.IsCompleted)
        {
            if (RunOne() || (_timers.Count == 0 && AwaitStray())) continue;
            if (!TryMoveClock(limit, out string? why))
            {
                double now = TimeSpan.FromTicks(Now).TotalSeconds;
                throw new SimulationException($"{why}, at {now:0.###} s of simulated time, and the conversation still waits.");
            }
        }
    }

    /// <summary>Runs what is ready, and what comes of it, without moving the clock.</summary>
    public void RunReady()
    {
        // Bounded: work that posts itself again and again would be no end.
        for (int i = 0; i < 100_000 && RunOne(); i++)
        {
        }
    }

    /// <summary>Makes this the place where everything awaited goes on, until the result is disposed.</summary>
    public Entered Enter()
    {
        if (IsRunning) throw new InvalidOperationException("The simulation runs already: Run may not be called from within it.");
        _thread = Environment.CurrentManagedThreadId;
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        return new Entered(this, before);
    }

    /// <summary>Where nothing else can happen, something may be on its way back from the thread pool: Task.WhenAll, for one, goes there.</summary>
    private bool AwaitStray()
    {
        bool came = _comesBack.Wait(OfStrays);
        _comesBack.Reset();
        return came;
    }

    private bool RunOne()
    {
        (SendOrPostCallback Work, object? State) next;
        lock (_gate)
        {
            if (_ready.Count == 0) return false;
            int index = _ready.Count == 1 ? 0 : Draw(_ready.Count);
            next = _ready[index];
            _ready[index] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
        }

        next.Work(next.State);
        return true;
    }

    private bool TryMoveClock(long limit, out string? why)
    {
        why = "Nothing is left that could happen";
        while (_timers.TryPeek(out SimulatedTimer? timer, out long due))
        {
            if (timer.Due == due && due > limit)
            {
                why = "The limit of the simulation has passed";
                return false;
            }

            _timers.Dequeue();
            if (timer.Due != due) continue;
            Now = Math.Max(Now, due);
            timer.GoOff();
            // What is due at the same moment is ready at the same moment.
            while (_timers.TryPeek(out SimulatedTimer? next, out long nextDue) && nextDue <= Now)
            {
                _timers.Dequeue();
                if (next.Due == nextDue) next.GoOff();
            }

            return true;
        }

        return false;
    }

    /// <summary>xorshift64*: fast, and the same everywhere and always.</summary>
    private int Draw(int count)
    {
        _draw ^= _draw >> 12;
        _draw ^= _draw << 25;
        _draw ^= _draw >> 27;
        return (int)(((_draw * 0x2545F4914F6CDD1D) >> 33) % (ulong)count);
    }

    public readonly struct Entered(SimulatedLoop loop, SynchronizationContext? before) : IDisposable
    {
        public void Dispose()
        {
            SetSynchronizationContext(before);
            loop._thread = 0;
        }
    }

    private sealed class LoopScheduler(SimulatedLoop loop) : PipeScheduler
    {
        public override void Schedule(Action<object?> action, object? state) => loop.Post(new SendOrPostCallback(action), state);
    }
}
