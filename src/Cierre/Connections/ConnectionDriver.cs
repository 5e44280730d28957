using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Cierre.Callbacks;
using Cierre.Closing;
using Cierre.Deflate;
using Cierre.Protocol;
using Cierre.Scheduling;
using Cierre.Timing;
using Cierre.Transports;

namespace Cierre.Connections;

/// <summary>
/// Where engine, transport, inbox, outbox and deadlines of one connection meet. The lock guards them for a few instructions at a time;
/// no code of the application, and no I/O, runs under it.
/// </summary>
/// <remarks>
/// A message is handed to the waiting reader on the transport's own thread, and what the reader sends before it waits again is staged;
/// it leaves in one flush when the batch of input is used up.
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle holds nothing that needs disposal.")]
internal sealed partial class ConnectionDriver : DeadlineEntry, ITransportReceiver, IThreadPoolWorkItem
{
    /// <summary>How much may be staged or under way before a send waits: await is backpressure.</summary>
    public const int SendHighWater = 64 * 1024;

    // Rule of closing: how much a peer may still send before we let go of a transport whose frames are done.
    private const long MostDiscarded = 8 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly WebSocketProtocol _engine;
    private readonly Transport _transport;
    private readonly Inbox _inbox;
    private readonly TimeProvider _time;
    private readonly DeadlineWheel _wheel;
    private readonly TimeSpan _closeTimeout;
    private readonly DeflateTerms? _deflate;
    private readonly long _opened;
    private readonly Action _flushDone;

    private Outbox _outbox;
    private OutputWatch _output;
    private TimeSpan _sendTimeout;
    private PingWaiters _pings;
    private CancellationTokenSource? _closing;
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _flush;
    private DrainState? _drain;
    private TimeSpan? _lastRoundTrip;
    private long _discarded;
    private long _payloadFlushing;
    private long _payloadTaken;
    private TimeSpan _batchNow;
    private int _batchThread;
    private bool _batchGoesOn;
    private bool _flushing;
    private bool _flushHasClose;
    private bool _paused;
    private bool _waitsForTurn;
    private bool _writesLater;
    private long _writesUntil = Turn.Budget;
    private bool _shutdown;
    private bool _letGo;
    private TransportEnd? _brokenEnd;
    private TimeSpan _brokenDeadline = TimeSpan.MaxValue;

    public ConnectionDriver(Role role, ProtocolLimits limits, Transport transport, TimeProvider time, DeflateTerms? deflate = null, long connectionId = 0)
    {
        _engine = new WebSocketProtocol(role, limits, deflate) { ConnectionId = connectionId };
        _transport = transport;
        _deflate = deflate;
        _inbox = new Inbox(_gate, this);
        _time = time;
        _wheel = DeadlineWheel.For(time);
        _closeTimeout = limits.CloseTimeout;
        _opened = time.GetTimestamp();
        _flushDone = FlushDone;
    }

    public Role Role => _engine.Role;

    /// <summary>Looks at what comes; set before <see cref="Start"/>.</summary>
    public MessageGuard? Guard { get; set; }

    /// <summary>How long no message has passed either way.</summary>
    public TimeSpan Idle
    {
        get
        {
            lock (_gate) return (_engine.Record?.Elapsed ?? Now) - _engine.LastMessage;
        }
    }

    /// <summary>How long it has lived; after its end, how long it did.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_gate) return _engine.Record?.Elapsed ?? Now;
        }
    }

    public bool IsOpen => _engine.IsOpen;

    /// <summary>Whether a send would still be taken.</summary>
    public bool TakesSends
    {
        get
        {
            lock (_gate) return _engine.IsOpen && _brokenEnd is null;
        }
    }

    /// <summary>Whether something that was sent is not with the kernel yet.</summary>
    public bool IsSending
    {
        get
        {
            lock (_gate) return _transport.Backlog != 0 || !_outbox.IsFree;
        }
    }

    public TimeSpan? LastRoundTrip
    {
        get
        {
            // Two words, written one after the other.
            lock (_gate) return _lastRoundTrip;
        }
    }

    /// <summary>What a reconnecting client remembers; set before the start.</summary>
    public int EarlyLossesBefore
    {
        set => _engine.EarlyLossesBefore = value;
    }

    public ConnectionTraffic Traffic
    {
        get
        {
            lock (_gate) return _engine.Traffic;
        }
    }

    /// <summary>When the batch began: near enough for what only keeps count of idleness.</summary>
    private TimeSpan BatchNow => _batchThread == 0 ? Now : _batchNow;

    /// <summary>What came is with the application, or waits for it, or what the application made of it waits to be sent.</summary>
    private bool IsAnswering => _inbox.IsBusy || !_outbox.IsIdle;

    private TimeSpan Now => _time.GetElapsedTime(_opened);

    /// <summary>Whether this is the thread that brings the bytes, in the middle of it.</summary>
    public bool InBatch => _batchThread == Environment.CurrentManagedThreadId;

    public void Start()
    {
        Reschedule();
        // The pump outlives whoever starts it, on whatever thread that is.
        NoContext.Run(static driver => ((ConnectionDriver)driver!).StartTransport(), this);
    }

    private void StartTransport() => _transport.Start(this);

    // ---- the transport's side ----

    public int Receive(Memory<byte> bytes, bool last)
    {
        int offered = bytes.Length;
        TimeSpan now = Now;
        _batchNow = now;
        _batchThread = Environment.CurrentManagedThreadId;
        bool came = true;
        while (true)
        {
            bool wake = false, isMessage;
            TimeSpan? roundTrip;
            lock (_gate)
            {
                if (came) _engine.BytesCame(now);
                came = false;
                if (_waitsForTurn) BeginTurn(now);
                bool full = _engine.IsOpen && (_inbox.IsFull(_engine.HeldBytes) || _drain is { BytesLeft: <= 0 });
                if (full || _engine.IsViolated)
                {
                    _paused = true;
                    _engine.Listening(false, now);
                    break;
                }

                if (_engine.TurnIsOver && !bytes.IsEmpty && !_engine.FramesDone)
                {
                    // What is left is offered again when the others have had the thread.
                    _waitsForTurn = true;
                    _engine.Listening(false, now);
                    break;
                }

                _engine.InParts = _inbox.WantsParts;
                _engine.HoldPongs = _transport.Backlog >= SendHighWater;
                _engine.IsAnswering = IsAnswering;
                ProtocolEvent found = _engine.Read(ref bytes, _transport, now);
                if (found.Kind == ProtocolEventKind.NeedMore) break;
                if (found.Kind == ProtocolEventKind.TurnOver) continue;
                wake = Handle(found, now);
                roundTrip = found.Kind == ProtocolEventKind.Pong ? found.RoundTrip : null;
                isMessage = found.Kind is ProtocolEventKind.Message or ProtocolEventKind.MessagePart && _engine.IsOpen;
                _batchGoesOn = !last || !bytes.IsEmpty;
            }

            // A reader that the close wakes has all the time it wants; the answer to the close frame has not.
            if (wake) _inbox.Wake(inline: isMessage);
            if (roundTrip is { } measured) Telemetry?.Pinged(measured);
        }

        if (_engine.FramesDone) Discard(offered);
        if (_drain is { } drain) drain.BytesLeft -= offered - bytes.Length;
        return offered - bytes.Length;
    }

    public void BatchEnd()
    {
        _batchThread = 0;
        _batchGoesOn = false;
        Flush();
        if (_waitsForTurn) _transport.ResumeLater();
        if (_drain is not null) TryDrain();
    }

    /// <summary>The peer's close frame came, and the answer is not out; or its violation came, and what came before is still being answered.
    /// Only then: a peer that we failed may not read before we have read what it still sends.</summary>
    public bool IsHolding
    {
        get
        {
            if (_engine.IsOpen && !_engine.IsViolated) return false;
            lock (_gate) return AnswerIsComing || _engine.IsViolated;
        }
    }

    private bool AnswerIsComing => _engine.OwesAnswer && _brokenEnd is null;

    public override void Due()
    {
        bool wake, look = false;
        CloseRecord? stranded;
        TransportEnd? ended = null;
        lock (_gate)
        {
            TimeSpan now = Now;
            // A backlog that we have not read, or a handler that keeps the transport's thread, is not the peer's silence.
            bool listening = !_paused && !_waitsForTurn && _batchThread == 0;
            _engine.Listening(listening, now);
            if (listening && (_transport.Unread != 0 || HasArrived())) _engine.BytesCame(now);
            NoteUnread();
            bool over = _engine.Record is not null;
            if (IsSilenceCertain(now, out look)) _engine.Tick(_transport, now);
            NoteArrived();
            if (now >= _brokenDeadline)
            {
                _brokenDeadline = TimeSpan.MaxValue;
                _transport.GiveUp();
            }

            CloseForSlowness(now);
            // A deadline that ends the machine is one that the peer let pass.
            wake = AfterClosing(late: !over);
            if (_engine.Record is not null) ended = TakeEnded();
            // A handler that keeps the transport's thread, and perhaps waits for this very record, keeps the transport from ending.
            stranded = _batchThread == 0 ? null : _engine.Record;
        }

        if (ended is { } last)
        {
            Finish(last);
            return;
        }

        if (wake) _inbox.Wake();
        Flush();
        Reschedule();
        if (look) LookForLife();
        if (stranded is not null) Complete(stranded);
        if (_drain is not null) TryDrain();
    }

    protected internal override void Failed(Exception exception)
    {
        if (CallbackFailed is { } told) Guarded.Call(exception, told, failed: null);
    }

    private void Reschedule()
    {
        TimeSpan deadline;
        lock (_gate)
        {
            if (_engine.Record is not null) return;
            deadline = Earlier(Earlier(_engine.Deadline, _brokenDeadline), Earlier(_outbox.Deadline, _output.Deadline));
        }

        if (deadline != TimeSpan.MaxValue) _wheel.Schedule(this, deadline - Now);
    }

    private void BeginTurn(TimeSpan now)
    {
        _waitsForTurn = false;
        _engine.BeginTurn();
        if (!_paused) _engine.Listening(true, now);
    }

    private static TimeSpan Earlier(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private bool Handle(in ProtocolEvent found, TimeSpan now)
    {
        switch (found.Kind)
        {
            case ProtocolEventKind.Message or ProtocolEventKind.MessagePart when Guard?.Look(found.Payload.Length, found.Last, now) is { } violation:
                _engine.Break(violation, _transport, now);
                return AfterClosing();
            case ProtocolEventKind.Message:
                return _inbox.Deliver(found, _engine);
            case ProtocolEventKind.MessagePart:
                return _inbox.DeliverPart(found, _engine);
            case ProtocolEventKind.Pong:
                _lastRoundTrip = found.RoundTrip;
                _pings.Answer(found.PingNumber, now);
                return false;
            default:
                return AfterClosing();
        }
    }

    /// <summary>Follows a move of the close machine; true: wake the reader. Under the lock.</summary>
    /// <param name="letGo">Whether the end of the machine lets go of the transport in order.</param>
    /// <param name="late">Whether it ends because the peer let its time pass.</param>
    private bool AfterClosing(bool letGo = true, bool late = false)
    {
        if (_engine.IsViolated && !_inbox.IsBusy) _engine.Answered(_transport, Now);
        if (_engine.IsOpen)
        {
            if (_engine.IsViolated) _wheel.Schedule(this, _engine.Deadline - Now);
            return false;
        }

        if (_engine.FramesDone) DropWaiting();
        else WriteOwed(Now);
        if (_engine.Record is null)
        {
            if (_paused && !_engine.IsViolated) Listen();
        }
        else if (late) _transport.GiveUp();
        else if (letGo) _transport.Close();

        bool wake = _inbox.End();
        CancelClosing();
        if (_engine.Deadline != TimeSpan.MaxValue) _wheel.Schedule(this, _engine.Deadline - Now);
        return wake;
    }

    /// <summary>No frame follows: who waits for one to be sent or answered learns it.</summary>
    private void DropWaiting()
    {
        CloseRecord known = Known();
        _outbox.Fail(known);
        _pings.Fail(known);
    }

    private void Listen()
    {
        _paused = false;
        _engine.Listening(true, Now);
        _transport.Resume();
    }

    private void Discard(int count)
    {
        _discarded += count;
        if (_discarded > MostDiscarded) _transport.Close();
    }
}
