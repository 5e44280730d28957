using System.Collections.Immutable;
using Cierre.Callbacks;
using Cierre.Closing;
using Cierre.Deflate;
using Cierre.Protocol;
using Cierre.Receiving;
using Cierre.Resuming;
using Cierre.Scheduling;
using Cierre.Sending;
using Cierre.Telemetry;
using Cierre.Timing;
using Cierre.Topics;
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
internal sealed class ConnectionDriver : ConnectionCore, IMeasured
{
    private TransportLifecycle _life;

    public ConnectionDriver(WebSocketRole role, ProtocolLimits limits, Transport transport, TimeProvider time, DeflateTerms? deflate = null,
        long connectionId = 0)
        : base(time)
    {
        Engine = new WebSocketProtocol(role, limits, deflate) { ConnectionId = connectionId };
        Transport = transport;
        Receiving = new ReceivingSide(this);
        Sending = new SendingSide(this, deflate);
        _life = new TransportLifecycle(limits.CloseTimeout);
    }

    public WebSocketProtocol Engine { get; }

    public Transport Transport { get; }

    public ReceivingSide Receiving { get; }

    public SendingSide Sending { get; }

    public ConnectionTraces Traces => new(this, Time, Opened);

    public ConnectionFigures Figures => new(this);

    public override ConnectionTraffic Traffic => Figures.Traffic;

    public override TimeSpan Age => Figures.Age;

    public override TimeSpan IdleTime => Figures.IdleTime;

    public override WebSocketRole Role => Engine.Role;

    public override bool IsOpen => Engine.IsOpen;

    public override bool StillReceives => Engine.State is CloseState.Open;

    public override bool InBatch => Receiving.InBatch;

    public override TimeSpan? LastRoundTrip => Receiving.LastRoundTrip;

    public override long QueuedBytes => Sending.QueuedBytes;

    public override ConnectionDriver OverOneTransport => this;

    /// <summary>Whether a send would still be taken.</summary>
    public bool TakesSends
    {
        get
        {
            lock (Gate) return TakesOutput;
        }
    }

    /// <summary>What a reconnecting client remembers; set before the start.</summary>
    public int EarlyLossesBefore
    {
        set => Engine.EarlyLossesBefore = value;
    }

    /// <summary>Told of the opening and the end; null for a connection that is not measured. Set before <see cref="Start"/>.</summary>
    public ConnectionTelemetry? Telemetry { get; set; }

    ConnectionCounts IMeasured.Counts => Figures.Counts;

    // ---- for the two sides, under the lock ----

    /// <summary>Nothing is read until somebody takes what came.</summary>
    public bool IsPaused => _life.IsPaused;

    /// <inheritdoc cref="TransportLifecycle.ReachesPeer"/>
    public bool ReachesPeer => _life.ReachesPeer;

    public bool TakesOutput => Engine.TakesData && ReachesPeer;

    /// <summary>Everything was given back.</summary>
    public bool IsGone => _life.State is TransportState.Gone;

    protected override TopicMemberships MembershipsOn(TopicNode node) =>
        new(node, isSession: false, this, ImmutableDictionary<string, TopicCursor>.Empty);

    public override CloseRecord Known() => Engine.Record ?? Engine.RecordAsKnown(Now, _life.Fault is { } fault ? TransportEndReason.Of(fault) : null);

    // ---- the life of the connection ----

    public void Start()
    {
        Reschedule();
        // The pump outlives whoever starts it, on whatever thread that is.
        NoContext.Run(static driver => ((ConnectionDriver)driver!).StartTransport(), this);
    }

    public override void BeginClose(CloseFrame frame, EndReason why, bool takeBack = false)
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

    public override void BeginDrain(CloseFrame frame, EndReason why) => Receiving.BeginDrain(frame, why);

    public override void Abort(EndReason why)
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

    public override ValueTask SendAsync(WebSocketOpcode kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken, bool compressible = true) =>
        Sending.SendAsync(kind, payload, cancellationToken, compressible);

    public override ValueTask SendAsync(string text, CancellationToken cancellationToken, bool compressible = true) =>
        Sending.SendAsync(text, cancellationToken, compressible);

    public override bool TrySend(WebSocketOpcode kind, ReadOnlySpan<byte> payload) => Sending.TrySend(kind, payload);

    public override async ValueTask<WebSocketMessageStream> OpenSendStreamAsync(
        WebSocketMessageKind kind, bool compressible, CancellationToken cancellationToken)
    {
        var stream = new MessageWriteStream(this, kind, compressible);
        await Sending.BeginMessageAsync(stream, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        return stream;
    }

    public override Task<TimeSpan> PingAsync(CancellationToken cancellationToken) => Sending.PingAsync(cancellationToken);

    public override EnqueueResult Enqueue(BroadcastMessage message, WebSocketConnection receiver) => Sending.Broadcasts.Enqueue(message, receiver);

    public override void FlushEnqueued() => Sending.FlushEnqueued();

    public override void AfterReceive() => Receiving.AfterReceive();

    public override Afterwards HandOutHeld() =>
        Receiver.Inbox.WantsParts && Engine.TryTakeHeld(out ProtocolEvent part) ? Receiving.Handle(part, Now) : default;

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
        if (Asks(CloseEffects.Announce)) Announce();
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
    public override void FlushAndDo(Afterwards after)
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
        Announce();
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

        Unschedule();
        await Transport.ReleaseAsync().ConfigureAwait(SimulationContext.IsCurrent);
        lock (Gate)
        {
            Move(TransportInput.Released.Instance);
            Traces.End();
        }

        Complete(Engine.Record!);
        Do(after);
    }

    protected override void Tell(CloseRecord record) => Telemetry?.Closed(record, Figures.Counts);

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
