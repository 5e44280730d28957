using Cierre.Transports;

namespace Cierre.TestKit;

/// <summary>
/// A transport that a test plays by hand: what goes out is captured, what comes in is pushed on the test's own thread, and a flush
/// completes, waits or fails as the test says. It ends by itself, on the pool, once the connection lets go of it.
/// </summary>
internal sealed class FakeTransport : Transport
{
    private readonly Lock _calls = new();
    private readonly Lock _outputLock = new();
    private readonly List<byte> _output = [];
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _shutdown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITransportReceiver? _receiver;
    private byte[] _unread = [];
    private TransportEnd? _end;
    private TaskCompletionSource? _held;
    private bool _ended, _offering, _turnIsOver;
    private int _closeCalls, _abortCalls, _resumeCalls, _releaseCalls, _shutdownCalls, _writes, _offers;
    private int _probes;

    /// <summary>Flushes wait for <see cref="CompleteFlush"/> or <see cref="FailFlush"/>.</summary>
    public bool HoldsFlushes { get; set; }

    /// <summary>What a write returns, as a faulted task.</summary>
    public Exception? WriteFails { get; set; }

    /// <summary>What a write throws before it returns a task.</summary>
    public Exception? WriteThrows { get; set; }

    /// <summary>Runs in the middle of each write, on the thread that flushes.</summary>
    public Action? OnWrite { get; set; }

    /// <summary>Whether output is kept; switched off it costs no memory.</summary>
    public bool Captures { get; set; } = true;

    /// <summary>Whether letting go ends it; a transport whose thread is kept does not end.</summary>
    public bool EndsWhenClosed { get; set; } = true;

    /// <summary>Whether a cut fails the flush that waits, before it returns: as a socket's may.</summary>
    public bool FlushFailsOnAbort { get; set; }

    /// <summary>What <see cref="Unread"/> says.</summary>
    public bool SaysUnread { get; set; }

    public override int Unread => SaysUnread ? 1 : 0;

    /// <summary>What <see cref="Arrived"/> says.</summary>
    public long? SaysArrived { get; set; }

    public override long? Arrived => SaysArrived;

    /// <summary>What <see cref="Acknowledged"/> says.</summary>
    public long? SaysAcknowledged { get; set; } = 0;

    public override long? Acknowledged => SaysAcknowledged;

    /// <summary>Whether layers in between may hold something that a look does not see; one is answered by hand then.</summary>
    public bool ProbesByHand { get; set; }

    public override bool ProbesAreExact => !ProbesByHand;

    /// <summary>Probes that wait for <see cref="AnswerProbe"/>.</summary>
    public int Probes => Volatile.Read(ref _probes);

    /// <summary>Some of what was pushed was not taken: the receiver is full.</summary>
    public bool IsPaused { get; private set; }

    public int CloseCalls => Volatile.Read(ref _closeCalls);

    public int ResumeCalls => Volatile.Read(ref _resumeCalls);

    public int AbortCalls => Volatile.Read(ref _abortCalls);

    public int ReleaseCalls => Volatile.Read(ref _releaseCalls);

    public int ShutdownCalls => Volatile.Read(ref _shutdownCalls);

    /// <summary>How often bytes were offered to the receiver: each time is a turn of the connection.</summary>
    public int Offers => Volatile.Read(ref _offers);

    public int Writes => Volatile.Read(ref _writes);

    /// <summary>A flush waits for the test.</summary>
    public bool IsFlushHeld => Volatile.Read(ref _held) is not null;

    /// <summary>The connection let go of the transport, in order or not.</summary>
    public Task LetGo => _closing.Task;

    /// <summary>Our direction was ended.</summary>
    public Task SendShutdown => _shutdown.Task;

    /// <summary>All that was written so far, flushes under way included.</summary>
    public byte[] Output
    {
        get
        {
            lock (_outputLock) return [.. _output];
        }
    }

    /// <summary>The same, as frames.</summary>
    public List<RawFrame> Frames => RawFrame.Parse(Output);

    /// <summary>Forgets the output so far.</summary>
    public void Forget()
    {
        lock (_outputLock) _output.Clear();
    }

    public override void Start(ITransportReceiver receiver) => _receiver = receiver;

    /// <summary>Everything was pushed when it was pushed: a look finds nothing more.</summary>
    public override void Probe()
    {
        if (ProbesByHand) Interlocked.Increment(ref _probes);
        else _receiver!.Probed(any: false);
    }

    public void AnswerProbe()
    {
        Interlocked.Decrement(ref _probes);
        _receiver!.Probed(any: false);
    }

    /// <summary>Bytes of the peer, all in one batch.</summary>
    public void Push(ReadOnlySpan<byte> bytes)
    {
        lock (_calls)
        {
            _unread = [.. _unread, .. bytes];
            Offer();
        }
    }

    /// <summary>The same without a copy and without an allocation; the receiver must have room.</summary>
    public void PushInPlace(Memory<byte> bytes)
    {
        lock (_calls)
        {
            int taken = _receiver!.Receive(bytes, last: true);
            _receiver.BatchEnd();
            _turnIsOver = false;
            // Where its turn was over the receiver takes the rest now; where it is full it does not.
            if (taken != bytes.Length && (taken += _receiver.Receive(bytes[taken..], last: true)) != bytes.Length) throw new InvalidOperationException("The receiver is full.");
            _receiver.BatchEnd();
        }
    }

    /// <summary>The end of the stream, behind what was pushed.</summary>
    public void End(TransportEndKind kind = TransportEndKind.EndOfStream, Exception? exception = null)
    {
        lock (_calls)
        {
            _end ??= new TransportEnd(kind, exception);
            Offer();
        }
    }

    public void CompleteFlush() => TakeHeld().SetResult();

    public void FailFlush(Exception exception) => TakeHeld().SetException(exception);

    public override void Resume()
    {
        Interlocked.Increment(ref _resumeCalls);
        ThreadPool.UnsafeQueueUserWorkItem(
            static transport =>
            {
                lock (transport._calls)
                {
                    transport.IsPaused = false;
                    transport.Offer();
                }
            },
            this,
            preferLocal: false);
    }

    /// <summary>Nobody else waits for the test's thread: the next turn of the connection comes at once.</summary>
    public override void PostTurn(IThreadPoolWorkItem turn)
    {
        if (ReferenceEquals(turn, this)) _turnIsOver = true;
        else base.PostTurn(turn);
    }

    public override ValueTask ShutdownSendAsync()
    {
        Interlocked.Increment(ref _shutdownCalls);
        _shutdown.TrySetResult();
        return default;
    }

    public override void Close()
    {
        Interlocked.Increment(ref _closeCalls);
        LetGoOnThePool(new TransportEnd(TransportEndKind.Closed));
    }

    public override void Abort()
    {
        Interlocked.Increment(ref _abortCalls);
        if (FlushFailsOnAbort && IsFlushHeld) FailFlush(new IOException("cut"));
        LetGoOnThePool(new TransportEnd(TransportEndKind.Closed));
    }

    public override ValueTask ReleaseAsync()
    {
        Interlocked.Increment(ref _releaseCalls);
        return default;
    }

    protected override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        Interlocked.Increment(ref _writes);
        if (WriteThrows is { } thrown) throw thrown;
        if (WriteFails is { } failure) return ValueTask.FromException(failure);
        if (Captures)
        {
            lock (_outputLock) _output.AddRange(bytes.Span);
        }

        OnWrite?.Invoke();
        if (!HoldsFlushes) return default;
        var held = new TaskCompletionSource();
        Volatile.Write(ref _held, held);
        return new ValueTask(held.Task);
    }

    private TaskCompletionSource TakeHeld() => Interlocked.Exchange(ref _held, null) ?? throw new InvalidOperationException("No flush waits.");

    private void LetGoOnThePool(TransportEnd end)
    {
        _closing.TrySetResult();
        if (!EndsWhenClosed) return;
        ThreadPool.UnsafeQueueUserWorkItem(
            static state =>
            {
                lock (state.Transport._calls)
                {
                    if (state.Transport._end is null or { Kind: TransportEndKind.EndOfStream }) state.Transport._end = state.End;
                    state.Transport.Offer();
                }
            },
            (Transport: this, End: end),
            preferLocal: false);
    }

    /// <summary>Code that a message wakes runs in here; what it pushes is the next batch.</summary>
    private void Offer()
    {
        if (_offering) return;
        _offering = true;
        while (!_ended && !IsPaused && _unread.Length != 0)
        {
            byte[] batch = _unread;
            _unread = [];
            Interlocked.Increment(ref _offers);
            int taken = _receiver!.Receive(batch, last: true);
            IsPaused = taken < batch.Length;
            _unread = [.. batch.AsSpan(taken), .. _unread];
            _receiver.BatchEnd();
            if (!_turnIsOver) continue;
            _turnIsOver = false;
            IsPaused = false;
        }

        _offering = false;
        if (_end is { } end && (!IsPaused || end.Kind != TransportEndKind.EndOfStream)) TellEnd();
    }

    private void TellEnd()
    {
        if (_ended || _offering) return;
        _ended = true;
        _receiver!.Ended(_end!.Value);
    }
}
