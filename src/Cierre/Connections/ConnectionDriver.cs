using Cierre.Callbacks;
using Cierre.Closing;
using Cierre.Deflate;
using Cierre.Protocol;
using Cierre.Receiving;
using Cierre.Scheduling;
using Cierre.Sending;
using Cierre.Telemetry;
using Cierre.Timing;
using Cierre.Tracing;
using Cierre.Transports;

namespace Cierre.Connections;

/// <summary>
/// The core of one connection: the lock, the clock, the two machines of the end, and what their moves ask for. What comes in is in <see cref="ReceivingSide"/>,
/// what goes out in <see cref="SendingSide"/>; both share this lock.
/// </summary>
/// <remarks>
/// The lock is held for a few instructions at a time; no code of the application, and no I/O, runs under it. A move under the lock returns what is to be done
/// behind it (<see cref="Afterwards"/>).
/// </remarks>
internal sealed class ConnectionDriver : DeadlineWheel.Entry, IMeasured
{
    private readonly TimeProvider _time;
    private readonly DeadlineWheel _wheel;
    private readonly long _opened;
    private readonly TaskCompletionSource<CloseRecord> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TransportLifecycle _life;
    private ClosingToken _closing;
    private bool _isOver;

    public ConnectionDriver(WebSocketRole role, ProtocolLimits limits, Transport transport, TimeProvider time, DeflateTerms? deflate = null,
        long connectionId = 0)
    {
        Engine = new WebSocketProtocol(role, limits, deflate) { ConnectionId = connectionId };
        Transport = transport;
        Receiver = new MessageReceiver(this);
        Receiving = new ReceivingSide(this);
        Sending = new SendingSide(this, deflate);
        _time = time;
        _wheel = DeadlineWheel.For(time);
        _life = new TransportLifecycle(limits.CloseTimeout);
        _opened = time.GetTimestamp();
    }

    public Lock Gate { get; } = new();

    public WebSocketProtocol Engine { get; }

    public Transport Transport { get; }

    public ReceivingSide Receiving { get; }

    public MessageReceiver Receiver { get; }

    public SendingSide Sending { get; }

    public ConnectionTraces Traces => new(this, _time, _opened);

    public ConnectionFigures Figures => new(this);

    /// <summary>Time since the opening.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_opened);

    public Task<CloseRecord> Closed => _closed.Task;

    /// <summary>Whether the end is known; <see cref="Closed"/> completes behind that.</summary>
    public bool IsOver => Volatile.Read(ref _isOver);

    public WebSocketRole Role => Engine.Role;

    public bool IsOpen => Engine.IsOpen;

    /// <summary>Whether a send would still be taken.</summary>
    public bool TakesSends
    {
        get
        {
            lock (Gate) return TakesOutput;
        }
    }

    /// <summary>Null while no close was begun.</summary>
    public CloseRecord? RecordSoFar
    {
        get
        {
            lock (Gate) return IsOpen ? null : Known();
        }
    }

    /// <summary>What a reconnecting client remembers; set before the start.</summary>
    public int EarlyLossesBefore
    {
        set => Engine.EarlyLossesBefore = value;
    }

    /// <summary>Told of the opening and the end; null for a connection that is not measured. Set before <see cref="Start"/>.</summary>
    public ConnectionTelemetry? Telemetry { get; set; }

    /// <summary>Told of what code of the application's threw that nobody awaits; null: nobody has a log. Set before <see cref="Start"/>.</summary>
    public Action<Exception>? CallbackFailed { get; set; }

    ConnectionCounts IMeasured.Counts => Figures.Counts;

    /// <summary>Cancelled, on the pool, as soon as a close is begun by either side or the connection is lost.</summary>
    public CancellationToken Closing
    {
        get
        {
            lock (Gate) return _closing.Token(Engine.IsOpen);
        }
    }

    /// <summary>Another token that is cancelled with <see cref="Closing"/>, in whose place a handler has it.</summary>
    public CancellationToken ClosingOfHandler
    {
        get => _closing.OfHandler;
        set => _closing.OfHandler = value;
    }

    // ---- for the two sides, under the lock ----

    /// <summary>Nothing is read until somebody takes what came.</summary>
    public bool IsPaused => _life.IsPaused;

    /// <inheritdoc cref="TransportLifecycle.ReachesPeer"/>
    public bool ReachesPeer => _life.ReachesPeer;

    public bool TakesOutput => Engine.TakesData && ReachesPeer;

    /// <summary>Everything was given back.</summary>
    public bool IsGone => _life.State is TransportState.Gone;

    /// <summary>The record, or what can be said of it by now.</summary>
    public CloseRecord Known() => Engine.Record ?? Engine.RecordAsKnown(Now, _life.Fault is { } fault ? TransportEndReason.Of(fault) : null);

    /// <inheritdoc cref="ClosingToken.Foreign"/>
    public CancellationToken Foreign(CancellationToken token) => _closing.Foreign(token);

    public void Schedule(TimeSpan delay) => _wheel.Schedule(this, delay);

    // ---- the life of the connection ----

    public void Start()
    {
        Reschedule();
        // The pump outlives whoever starts it, on whatever thread that is.
        NoContext.Run(static driver => ((ConnectionDriver)driver!).StartTransport(), this);
    }

    /// <summary>Begins an ordinary closing handshake behind the messages already sent; no move where a close was begun before.</summary>
    /// <param name="takeBack">Whether what waits to be sent, and has not begun, is dropped.</param>
    public void BeginClose(CloseFrame frame, EndReason why, bool takeBack = false)
    {
        Afterwards after;
        lock (Gate)
        {
            // Lost first, and nothing that is decided now can be said any more: the loss is the cause.
            if (!ReachesPeer) return;
            Receiving.NoteUnread();
            after = Apply(Engine.Close(frame, why, takeBack, Transport, Now));
        }

        FlushAndDo(after);
    }

    /// <summary>Closes for a rule of the application's, such as JSON that does not parse.</summary>
    /// <inheritdoc cref="BeginClose(CloseFrame, EndReason, bool)" path="/param"/>
    public void BeginClose(Violation violation, bool takeBack = false) => BeginClose(violation.Frame, violation.Why, takeBack);

    /// <summary>Ends at once: nothing is sent.</summary>
    public void Abort(EndReason why)
    {
        Afterwards after;
        lock (Gate)
        {
            // The transport is gone, or on its way.
            if (Engine.Record is not null) return;
            Receiving.NoteUnread();
            // Cut, before anything lets go of it in order: that would say FIN where RST is due.
            after = Move(TransportInput.Abort.Instance) | Apply(Engine.EndOfStream(why, Now));
            Transport.DropStaged();
            Traces.Tell(WebSocketTraceTransportKind.Aborted);
        }

        Do(after);
    }

    /// <summary>The transport's last word.</summary>
    public void Ended(TransportEnd end)
    {
        Traces.Tell(end);
        Afterwards after;
        lock (Gate)
        {
            Receiving.NoteUnread();
            after = Move(new TransportInput.StreamEnded(end, BehindFlush: Engine.CloseIsLeaving));
        }

        Do(after);
    }

    public override void Due()
    {
        Afterwards after;
        bool probe;
        CloseRecord? stranded;
        lock (Gate)
        {
            TimeSpan now = Now;
            after = Receiving.Tick(now, out probe) | Move(TransportInput.Tick.Instance) | Sending.Tick(now);
            // A handler that keeps the transport's thread, and perhaps waits for this very record, keeps the transport from ending.
            stranded = Receiving.IsInBatch ? Engine.Record : null;
        }

        FlushAndDo(after);
        Reschedule();
        Receiving.Ticked(probe);
        if (stranded is not null) Complete(stranded);
    }

    protected internal override void Failed(Exception exception)
    {
        if (CallbackFailed is { } told) Guarded.Call(exception, told, failed: null);
    }

    /// <summary>Does what a move of the close machine asks for, in one order. Under the lock.</summary>
    public Afterwards Apply(CloseEffects effects)
    {
        if (effects == CloseEffects.None) return default;
        Afterwards after = default;
        CloseRecord? known = null;
        bool Asks(CloseEffects effect) => (effects & effect) != 0;
        CloseRecord Cause() => known ??= Known();

        // Written by the engine: CloseEffects.WriteClose.
        if (Asks(CloseEffects.DropQueued)) Sending.DropQueued(Cause());
        if (Asks(CloseEffects.TakeBackQueued)) Sending.TakeBackQueued(Cause());
        if (Asks(CloseEffects.DropPings)) Sending.DropPings(Cause());
        if (Asks(CloseEffects.QueueClose)) after |= Sending.WriteWaiting(Now);
        if (Asks(CloseEffects.Announce)) _closing.Cancel(CallbackFailed);
        if (Asks(CloseEffects.EndReceiving)) after |= EndReceiving();
        if (Asks(CloseEffects.StopReading)) after |= Move(TransportInput.Full.Instance) | Receiving.AnswerIfIdle();
        if (Asks(CloseEffects.ReadOn)) after |= Move(TransportInput.Room.Instance);
        if (Asks(CloseEffects.EndSending)
            || (Asks(CloseEffects.EndSendingFirst) && Role == WebSocketRole.Server)) after |= Move(TransportInput.LastFrame.Instance);
        if (Asks(CloseEffects.ReportSent) || Asks(CloseEffects.Release)) Sending.ReportClose();
        if (Asks(CloseEffects.Release)) after |= Move(TransportInput.Late.Instance);
        if (Engine.Deadline != TimeSpan.MaxValue) Schedule(Engine.Deadline - Now);
        return after;
    }

    /// <summary>Moves the transport's machine, and does its part that belongs under the lock.</summary>
    public Afterwards Move(TransportInput input)
    {
        TimeSpan now = Now;
        TransportEffects effects = _life.On(input, now);
        if (effects == TransportEffects.None) return default;
        if ((effects & TransportEffects.StopReading) != 0) Engine.Listening(false, now);
        if ((effects & TransportEffects.DropOutput) != 0)
        {
            Sending.DropQueued(Known());
            Sending.ReportClose();
            Transport.DropStaged();
            if (_life.Deadline != TimeSpan.MaxValue) Schedule(_life.Deadline - now);
        }

        if ((effects & TransportEffects.ReadOn) != 0) Engine.Listening(true, now);
        return new Afterwards(effects);
    }

    /// <summary>Does what was decided, outside the lock.</summary>
    /// <param name="inline">Whether the reader goes on here and now.</param>
    public void Do(Afterwards after, bool inline = false)
    {
        TransportEffects effects = after.Transport;
        if (effects != TransportEffects.None) Perform(effects);
        if (after.WakesReader) Receiving.Wake(inline);
        if ((effects & TransportEffects.Release) != 0) Release();
    }

    /// <summary>Sends off what was written first: a close frame of ours leaves before what the peer has sent is read on, where that may be a close frame
    /// too, and the record says whose was first.</summary>
    public void FlushAndDo(Afterwards after)
    {
        Sending.Flush();
        Do(after);
    }

    private void Perform(TransportEffects effects)
    {
        bool Asks(TransportEffects effect) => (effects & effect) != 0;

        if (Asks(TransportEffects.ReadOn)) Transport.Resume();
        if (Asks(TransportEffects.EndSending))
        {
            Traces.Tell(WebSocketTraceTransportKind.ShutDown);
            // Posted: TLS writes its close_notify, and an HTTP/2 stream ends its pump.
            Transport.Post(static transport => _ = ((Transport)transport!).ShutdownSendAsync().AsTask());
        }

        if (Asks(TransportEffects.Close)) Transport.Close();
        if (Asks(TransportEffects.GiveUp)) Transport.GiveUp();
        if (Asks(TransportEffects.Cut)) Transport.Abort();
    }

    private void StartTransport() => Transport.Start(Receiving);

    private Afterwards EndReceiving()
    {
        _closing.Cancel(CallbackFailed);
        return new Afterwards(TransportEffects.None, Receiving.End());
    }

    /// <summary>The end is the connection's own business, on whatever thread it is noticed.</summary>
    private void Release() => NoContext.Run(static driver => _ = ((ConnectionDriver)driver!).ReleaseAsync(), this);

    private async Task ReleaseAsync()
    {
        Afterwards after;
        lock (Gate)
        {
            after = Apply(Engine.EndOfStream(TransportEndReason.Of(_life.End!.Value), Now));
            Receiving.StopDraining();
            Transport.DropStaged();
        }

        _wheel.Remove(this);
        await Transport.ReleaseAsync().ConfigureAwait(SimulationContext.IsCurrent);
        lock (Gate)
        {
            Move(TransportInput.Released.Instance);
            Traces.End();
        }

        Complete(Engine.Record!);
        Do(after);
    }

    /// <summary>The end is known. Who listens and who awaits it are the application's, and may block: neither the deadlines nor a reader wait for
    /// them.</summary>
    private void Complete(CloseRecord record)
    {
        Volatile.Write(ref _isOver, true);
        OnPool.Run(
            (driver: this, record),
            static of =>
            {
                of.driver.Telemetry?.Closed(of.record, of.driver.Figures.Counts);
                of.driver._closed.TrySetResult(of.record);
            });
    }

    private void Reschedule()
    {
        TimeSpan deadline;
        lock (Gate)
        {
            if (Engine.Record is not null) return;
            deadline = TimeSpan.FromTicks(Math.Min(Math.Min(Engine.Deadline.Ticks, _life.Deadline.Ticks), Sending.Deadline.Ticks));
        }

        if (deadline != TimeSpan.MaxValue) Schedule(deadline - Now);
    }
}
