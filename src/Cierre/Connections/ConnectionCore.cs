using Cierre.Closing;
using Cierre.Receiving;
using Cierre.Sending;
using Cierre.Timing;
using Cierre.Topics;

namespace Cierre.Connections;

/// <summary>What stands behind a <see cref="WebSocketConnection"/>: one transport (<see cref="ConnectionDriver"/>), or a session that goes from one to the
/// next (<see cref="Sessions.SessionDriver"/>).</summary>
/// <remarks>What both have is here: the lock, the clock, the reader, the end that is told once, and the token that says so.</remarks>
internal abstract class ConnectionCore : DeadlineWheel.Entry
{
    private readonly DeadlineWheel _wheel;
    private readonly TaskCompletionSource<CloseRecord> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOver;
    private ClosingToken _closing;

    protected ConnectionCore(TimeProvider time)
    {
        Receiver = new MessageReceiver(this);
        Time = time;
        _wheel = DeadlineWheel.For(time);
        Opened = time.GetTimestamp();
    }

    public Lock Gate { get; } = new();

    public MessageReceiver Receiver { get; }

    /// <summary>Time since the opening.</summary>
    public TimeSpan Now => Time.GetElapsedTime(Opened);

    public Task<CloseRecord> Closed => _closed.Task;

    /// <summary>Whether the end is known; <see cref="Closed"/> completes behind that.</summary>
    public bool IsOver => Volatile.Read(ref _isOver);

    /// <summary>Told of what code of the application's threw that nobody awaits; null: nobody has a log. Set before the start.</summary>
    public Action<Exception>? CallbackFailed { get; set; }

    /// <summary>Cancelled, on the pool, as soon as a close is begun by either side or the connection is lost.</summary>
    public CancellationToken Closing
    {
        get
        {
            lock (Gate) return _closing.Token(IsOpen);
        }
    }

    /// <summary>Another token that is cancelled with <see cref="Closing"/>, in whose place a handler has it.</summary>
    public CancellationToken ClosingOfHandler
    {
        get => _closing.OfHandler;
        set => _closing.OfHandler = value;
    }

    /// <summary>Null while no close was begun.</summary>
    public CloseRecord? RecordSoFar
    {
        get
        {
            lock (Gate) return IsOpen ? null : Known();
        }
    }

    /// <summary>The topics that it has joined; null: none yet.</summary>
    public TopicMemberships? Topics { get; private set; }

    /// <summary>The topics of a node, for whoever joins one.</summary>
    public TopicMemberships JoinedOn(TopicNode node)
    {
        TopicMemberships topics;
        lock (Gate) topics = Topics ??= MembershipsOn(node);
        // Its end may have come before.
        if (IsOver) topics.End();
        return topics;
    }

    // ---- what differs ----

    public abstract WebSocketRole Role { get; }

    /// <summary>No close was begun by either side.</summary>
    public abstract bool IsOpen { get; }

    /// <summary>Further messages may come. Under the lock.</summary>
    public abstract bool StillReceives { get; }

    /// <summary>Whether this is the thread that brings the bytes, in the middle of it.</summary>
    public abstract bool InBatch { get; }

    public abstract TimeSpan? LastRoundTrip { get; }

    /// <summary>What passed so far; after the end, what its record says.</summary>
    public abstract ConnectionTraffic Traffic { get; }

    /// <summary>How long it has lived; after its end, how long it did.</summary>
    public abstract TimeSpan Age { get; }

    /// <summary>How long no message has passed either way.</summary>
    public abstract TimeSpan IdleTime { get; }

    /// <summary>Bytes of messages that wait, and of frames that the kernel does not have yet.</summary>
    public abstract long QueuedBytes { get; }

    /// <summary>What its holder knows of the session; null: it is none.</summary>
    public virtual WebSocketSession? Session => null;

    /// <summary>The connection over one transport that this is.</summary>
    /// <exception cref="InvalidOperationException">It goes from one to the next.</exception>
    public abstract ConnectionDriver OverOneTransport { get; }

    /// <summary>Under the lock.</summary>
    protected abstract TopicMemberships MembershipsOn(TopicNode node);

    /// <summary>The record, or what can be said of it by now. Under the lock.</summary>
    public abstract CloseRecord Known();

    /// <summary>Begins an ordinary closing handshake behind the messages already sent; no move where a close was begun before.</summary>
    /// <param name="takeBack">Whether what waits to be sent, and has not begun, is dropped.</param>
    public abstract void BeginClose(CloseFrame frame, EndReason why, bool takeBack = false);

    /// <summary>Closes for a rule of the application's, such as JSON that does not parse.</summary>
    /// <inheritdoc cref="BeginClose(CloseFrame, EndReason, bool)" path="/param"/>
    public void BeginClose(Violation violation, bool takeBack = false) => BeginClose(violation.Frame, violation.Why, takeBack);

    /// <summary>Closes once what the peer has sent by now is answered.</summary>
    public abstract void BeginDrain(CloseFrame frame, EndReason why);

    /// <summary>Ends at once: nothing is sent.</summary>
    public abstract void Abort(EndReason why);

    /// <summary>Sends one message. It is copied before this returns, or kept by reference until the task completes.</summary>
    /// <param name="compressible">Whether it may be compressed, where that was agreed on.</param>
    public abstract ValueTask SendAsync(WebSocketOpcode kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken, bool compressible = true);

    /// <summary>Sends a text. Its bytes are made when there is room for them: here and now where it goes out at once, else in its turn.</summary>
    /// <param name="compressible">Whether it may be compressed, where that was agreed on.</param>
    public abstract ValueTask SendAsync(string text, CancellationToken cancellationToken, bool compressible = true);

    /// <summary>Sends one message where there is room for it: it goes at once, or is copied and waits.</summary>
    /// <returns>False: there is none, or nothing is taken any more; nothing was sent.</returns>
    public abstract bool TrySend(WebSocketOpcode kind, ReadOnlySpan<byte> payload);

    /// <summary>Begins a message that is written piece by piece.</summary>
    public abstract ValueTask<WebSocketMessageStream> OpenSendStreamAsync(WebSocketMessageKind kind, bool compressible, CancellationToken cancellationToken);

    public abstract Task<TimeSpan> PingAsync(CancellationToken cancellationToken);

    /// <summary>Takes one message of a broadcast, or lets it wait for room; <see cref="FlushEnqueued"/> sends it off.</summary>
    public abstract EnqueueResult Enqueue(BroadcastMessage message, WebSocketConnection receiver);

    /// <summary>Sends off what was posted; a handler's own connection does so when its batch of input is used up.</summary>
    public abstract void FlushEnqueued();

    // ---- for the reader ----

    /// <summary>The reader asks for what is next. Under the lock.</summary>
    public virtual void Asks()
    {
    }

    /// <summary>The same, behind the lock.</summary>
    public abstract void AfterReceive();

    /// <summary>The beginning of a message that came before anybody asked for it as a stream. Under the lock.</summary>
    public virtual Afterwards HandOutHeld() => default;

    /// <summary>Does what was decided under the lock.</summary>
    public virtual void FlushAndDo(Afterwards after)
    {
    }

    /// <inheritdoc cref="ClosingToken.Foreign"/>
    public CancellationToken Foreign(CancellationToken token) => _closing.Foreign(token);

    public void Schedule(TimeSpan delay) => _wheel.Schedule(this, delay);

    protected internal override void Failed(Exception exception)
    {
        if (CallbackFailed is { } told) Callbacks.Guarded.Call(exception, told, failed: null);
    }

    protected TimeProvider Time { get; }

    protected long Opened { get; }

    /// <summary>Under the lock.</summary>
    protected void Announce() => _closing.Cancel(CallbackFailed);

    /// <summary>No deadline counts any more.</summary>
    protected void Unschedule() => _wheel.Remove(this);

    /// <summary>The end is known. Who listens and who awaits it are the application's, and may block: neither the deadlines nor a reader wait for
    /// them.</summary>
    protected void Complete(CloseRecord record)
    {
        Volatile.Write(ref _isOver, true);
        TopicMemberships? topics;
        lock (Gate) topics = Topics;
        topics?.End();
        Scheduling.OnPool.Run(
            (core: this, record),
            static of =>
            {
                of.core.Tell(of.record);
                of.core._closed.TrySetResult(of.record);
            });
    }

    /// <summary>Tells who measures of the end, before anybody else hears of it.</summary>
    protected virtual void Tell(CloseRecord record)
    {
    }
}
