using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Cierre.Buffers;
using Cierre.Closing;
using Cierre.Deflate;

namespace Cierre.Protocol;

/// <summary>
/// The engine of one open connection: bytes in, events and bytes out. It does no I/O and knows no clock, task, socket or lock; time is
/// an argument, counted from the opening. RFC 6455 5, 6, 7; RFC 7692.
/// </summary>
/// <remarks>Whoever drives it calls one method at a time. What it writes goes into the output that is handed in, always whole frames.</remarks>
/// <param name="role">Which side we are.</param>
/// <param name="limits">What we put up with.</param>
/// <param name="deflate">What was agreed on compression; null: none.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "What was agreed to be kept between messages ends with the connection: Release.")]
internal sealed partial class WebSocketProtocol(WebSocketRole role, ProtocolLimits limits, DeflateTerms? deflate = null)
{
    private FrameReader _frames = new(role, deflates: deflate is not null);
    private MessageReader _messages = new(limits, deflate);
    private MessageWriter _data = new(new FrameWriter(role), deflate);
    private KeepAlive _keepAlive = new(limits);
    private CloseHandshake _close = new(limits.CloseTimeout);
    private PingLedger _pings;
    private TrafficCounters _traffic;
    private WorkBudget _work;
    private readonly FrameWriter _writer = new(role);

    private PooledBuffer _control;
    private PooledBuffer _owedPong;
    private bool _insideFrame;
    private bool _owesPong;
    private bool _handedOut;

    public WebSocketRole Role => role;

    /// <summary>Who looks at the frames; null: nobody.</summary>
    public FrameObserver? Observer { get; set; }

    /// <summary>No close was begun by either side.</summary>
    public bool IsOpen => _close.IsOpen;

    public CloseState State => _close.State;

    /// <summary>The peer broke the protocol, and the close frame waits until what came before is answered: nothing is read.</summary>
    public bool IsViolated => _close.State is CloseState.Violated;

    /// <summary>What comes is handed out, and not dropped.</summary>
    public bool Delivers => _close.Delivers;

    /// <summary>Messages may be sent: no close was begun, or only the peer's, which is answered by hand.</summary>
    public bool TakesData => _close.IsOpen || _close.State is CloseState.Unanswered { Answer: null };

    /// <summary>What comes is not processed any more.</summary>
    public bool InputIsDone => OutputIsDone || _close.State is CloseState.Unanswered;

    /// <summary>No frame of ours follows, but the close frame that is written or is about to be.</summary>
    public bool OutputIsDone => _close.State is CloseState.Exchanged or CloseState.Failed or CloseState.Ended;

    /// <summary>What a reconnecting client remembers, as evidence for the record: <see cref="CloseRecord.EarlyLossesBefore"/>.</summary>
    public int EarlyLossesBefore { get; set; }

    /// <summary>Whose records these are: <see cref="CloseRecord.ConnectionId"/>.</summary>
    public long ConnectionId { get; init; }

    /// <summary>Where the records look their codes up: <see cref="CloseRecord.CodeInfo"/>.</summary>
    public CloseCodes CloseCodes { get; set; } = CloseCodes.Default;

    /// <summary>What waited for the application when the end began: <see cref="CloseRecord.UnreadBytes"/>.</summary>
    public long UnreadBytes { get; set; }

    /// <summary>The end; null while there is none. It says what had passed then: what comes later changes no record.</summary>
    public CloseRecord? Record { get; private set; }

    /// <summary>What the record would say if nothing more came: for those whose send is cut off before the end.</summary>
    /// <param name="lost">How the stream was lost, where it was; a guess would be news that has not happened.</param>
    public CloseRecord RecordAsKnown(TimeSpan now, EndReason? lost = null)
    {
        CloseHandshake copy = _close;
        copy.On(new CloseInput.StreamEnd(lost ?? EndReason.Aborted), now);
        return Complete(copy.Record!);
    }

    private CloseRecord Complete(CloseRecord record) =>
        record with
        {
            Traffic = _traffic.Total, EarlyLossesBefore = EarlyLossesBefore, ConnectionId = ConnectionId, Codes = CloseCodes, UnreadBytes = UnreadBytes
        };

    /// <summary>A close frame waits behind messages: <see cref="WriteOwedClose"/> when they are out.</summary>
    public bool OwesClose =>
        _close.State is CloseState.Sent { Ours: Delivery.Owed } or CloseState.Violated { Answered: true } or CloseState.Unanswered { Answer: not null };

    /// <summary>The transport has our close frame in hand, and has not said that it took it.</summary>
    public bool CloseIsLeaving => _close.Delivery is Delivery.Leaving;

    /// <summary>The transport took our close frame.</summary>
    public bool CloseIsOut => _close.Delivery is Delivery.Out;

    /// <summary>The peer's close frame came, and the transport has not taken ours yet.</summary>
    public bool OwesAnswer => _close.State is CloseState.Exchanged { Ours: not Delivery.Out } or CloseState.Unanswered;

    /// <summary>When the last message passed, either way.</summary>
    public TimeSpan LastMessage => _keepAlive.LastMessage;

    /// <summary>Bytes held of a message that is not whole.</summary>
    public int HeldBytes => _messages.Held;

    /// <summary>The output is stuck: answers to pings are held, and the last one answers all. RFC 6455 5.5.3.</summary>
    public bool HoldPongs { get; set; }

    /// <summary>Bytes of messages, without framing and before compression, written into the output so far.</summary>
    public long PayloadWritten => _traffic.PayloadWritten;

    /// <summary>The same of what came, after decompression.</summary>
    public long PayloadRead => _traffic.PayloadRead;

    public long MessagesReceived => _traffic.MessagesReceived;

    public long MessagesSent => _traffic.MessagesSent;

    /// <summary>What passed so far; after the end, by then.</summary>
    public ConnectionTraffic Traffic => Record?.Traffic ?? _traffic.Total;

    public TimeSpan Deadline => _close.State is CloseState.Open ? _keepAlive.Deadline : _close.Deadline;

    /// <summary>Whether the message that is coming is handed out in parts, for a reader that cannot hold it. Set before each read.</summary>
    public bool InParts { get; set; }

    /// <summary>All that was done, read and written, in the units of <see cref="WorkBudget"/>.</summary>
    public long Work => _work.Work;

    /// <summary>So much was done that others should have the thread: <see cref="Read"/> gives it back.</summary>
    public bool TurnIsOver => _work.IsSpent;

    /// <summary>Others had the thread.</summary>
    public void BeginTurn() => _work.Begin();

    /// <summary>Whether what was handed out is still being answered: a violation then waits for <see cref="Answered"/>, at most the close timeout. Set before
    /// each read.</summary>
    public bool IsAnswering { get; set; }

    /// <summary>Bytes came from the peer: life, whatever they are.</summary>
    public void BytesCame(TimeSpan now)
    {
        _traffic.BytesCame(now);
        _keepAlive.BytesCame();
    }

    /// <summary>Whether we read; while we do not, the peer's silence counts for nothing.</summary>
    public void Listening(bool listening, TimeSpan now) => _keepAlive.Listening(listening, now);

    /// <summary>Takes bytes until something happened, they are used up or <see cref="TurnIsOver"/>; answers go into <paramref name="output"/>.</summary>
    public ProtocolEvent Read(ref Memory<byte> input, IBufferWriter<byte> output, TimeSpan now)
    {
        if (IsViolated) return new ProtocolEvent { Kind = ProtocolEventKind.NeedMore };
        if (_handedOut)
        {
            // What the last event held and nobody took.
            _handedOut = false;
            _messages.Release();
        }

        while (!InputIsDone)
        {
            if (!_insideFrame)
            {
                if (InParts && Delivers && _messages.Held != 0) return HeldPart();
                if (input.IsEmpty) return new ProtocolEvent { Kind = ProtocolEventKind.NeedMore };
                OperationStatus status = _frames.ReadHeader(ref input, _messages.Inside, out Violation? violation);
                FrameHeader header = _frames.Header;
                bool whole = status == OperationStatus.Done;
                if ((whole || header.HasLength) && !header.Opcode.IsControl()) violation = _messages.CheckSize(header);
                if (violation is null)
                {
                    if (!whole) continue;
                    _insideFrame = true;
                    _traffic.FrameCame();
                    _work.FrameCame();
                    if (!header.Opcode.IsControl()) violation = _messages.Begin(header);
                }

                if (status == OperationStatus.InvalidData) Observer?.OnBroken(_frames, input);
                else Observer?.OnReceived(header, _messages.IsCompressed, refused: violation is not null);
                if (violation is not null)
                {
                    CloseEffects effects = Break(violation, output, now);
                    if (effects != CloseEffects.None) return Closing(effects);
                    continue;
                }
            }

            if (_frames.Header.Opcode.IsControl())
            {
                if (ReadControl(ref input, output, now, out ProtocolEvent found)) return found;
            }
            else if (ReadData(ref input, output, now, out ProtocolEvent found))
            {
                return found;
            }

            if (!_insideFrame) continue;
            if (input.IsEmpty) return new ProtocolEvent { Kind = ProtocolEventKind.NeedMore };
            if (TurnIsOver) return new ProtocolEvent { Kind = ProtocolEventKind.TurnOver };
        }

        input = default;
        return new ProtocolEvent { Kind = ProtocolEventKind.NeedMore };
    }

    /// <summary>What is held of a message that is not whole, as a part, for a reader that asked for parts when it had begun to come.</summary>
    /// <returns>False: nothing is held.</returns>
    public bool TryTakeHeld(out ProtocolEvent part)
    {
        bool any = Delivers && !IsViolated && _messages.Held != 0;
        part = any ? HeldPart() : default;
        return any;
    }

    /// <summary>Writes a message or a fragment of one. The caller keeps the order of the fragments and asks only while <see cref="IsOpen"/>, or for what was
    /// begun before our close.</summary>
    public void WriteData(IBufferWriter<byte> output, WebSocketOpcode opcode, bool fin, ReadOnlySpan<byte> payload, TimeSpan now, bool compressible = true)
    {
        int frames = _data.Write(output, opcode, fin, payload, compressible, Observer);
        _work.DataSent(payload.Length, _data.Compresses);
        _traffic.DataSent(frames, payload.Length, first: opcode != WebSocketOpcode.Continuation, last: fin, now);
        if (fin) _keepAlive.MessagePassed(now);
    }

    /// <summary>Counts a frame of a message that was framed elsewhere and is in the output.</summary>
    public void CountFrame(FramedMessage message, bool last, TimeSpan now)
    {
        _traffic.FrameSent(message, last, now);
        if (last) _keepAlive.MessagePassed(now);
    }

    /// <summary>Counts messages that were taken to be sent and dropped again, or passed over.</summary>
    public void CountDropped(int messages) => _traffic.MessagesDropped(messages);

    /// <summary>Writes a ping and returns its number.</summary>
    public ulong WritePing(IBufferWriter<byte> output, TimeSpan now)
    {
        Span<byte> payload = stackalloc byte[PingLedger.PayloadSize];
        ulong number = _pings.Next(payload, now);
        WriteControl(output, WebSocketOpcode.Ping, payload, now);
        _traffic.PingSent();
        return number;
    }

    /// <summary>Begins an ordinary closing handshake; no move if a close was begun before.</summary>
    /// <param name="takesBack">Whether the messages that wait, and have not begun, are dropped.</param>
    public CloseEffects Close(CloseFrame frame, EndReason why, bool takesBack, IBufferWriter<byte> output, TimeSpan now) =>
        Move(new CloseInput.Request(frame, why, takesBack), output, now);

    /// <summary>Whether the application answers the peer's close frame itself, and reads what comes behind ours.</summary>
    public CloseEffects AnswerByHand(bool begins, IBufferWriter<byte> output, TimeSpan now) =>
        Move(begins ? CloseInput.ByHand.Begun : CloseInput.ByHand.Over, output, now);

    /// <summary>What came before a violation is answered: nothing more is taken to be sent, and the close frame follows.</summary>
    public CloseEffects Answered(IBufferWriter<byte> output, TimeSpan now) => Move(CloseInput.Answered.Instance, output, now);

    /// <summary>The messages before our close frame are written, and it has its turn.</summary>
    public CloseEffects WriteOwedClose(IBufferWriter<byte> output, TimeSpan now)
    {
        if (!OwesClose) return CloseEffects.None;
        WriteClose(output, now);
        return Move(CloseInput.Staging.Instance, output, now);
    }

    /// <summary>A pong waits for room.</summary>
    public bool OwesPong => _owesPong;

    public void WriteOwedPong(IBufferWriter<byte> output, TimeSpan now)
    {
        if (!_owesPong || InputIsDone) return;
        _owesPong = false;
        WriteControl(output, WebSocketOpcode.Pong, _owedPong.Span, now);
        _owedPong.Release();
    }

    /// <summary>The transport is given everything written so far.</summary>
    public void OutputLeaving(TimeSpan now) => _close.On(CloseInput.Handing.Instance, now);

    /// <summary>The transport took what <see cref="OutputLeaving"/> told of.</summary>
    public CloseEffects OutputTaken(TimeSpan now) => _close.On(CloseInput.Written.Instance, now);

    /// <summary>The byte stream ended.</summary>
    public CloseEffects EndOfStream(EndReason why, TimeSpan now)
    {
        CloseEffects effects = On(new CloseInput.StreamEnd(why), now);
        Release();
        return effects;
    }

    /// <summary>Whether <see cref="Tick"/> would close for a silent or idle peer.</summary>
    public bool GivesUp(TimeSpan now) => _close.IsOpen && _keepAlive.GivesUp(now);

    /// <summary>Does what is due: a ping, a close for a silent or idle peer, the end of a wait.</summary>
    public CloseEffects Tick(IBufferWriter<byte> output, TimeSpan now)
    {
        if (_close.State is not CloseState.Open) return now < _close.Deadline ? CloseEffects.None : Move(CloseInput.Due.Instance, output, now);
        switch (_keepAlive.Tick(now))
        {
            case KeepAliveStep.Ping:
                WritePing(output, now);
                return CloseEffects.None;
            case KeepAliveStep.NoAnswer:
                return Break(Violations.PingNotAnswered(limits.PingTimeout), output, now);
            case KeepAliveStep.Idle:
                return Break(Violations.Idle(limits.IdleTimeout), output, now);
            default:
                return CloseEffects.None;
        }
    }

    /// <summary>Closes or fails for a rule that the peer broke.</summary>
    /// <param name="takesBack">Whether the messages that wait, and have not begun, are dropped.</param>
    public CloseEffects Break(Violation violation, IBufferWriter<byte> output, TimeSpan now, bool takesBack = false)
    {
        Observer?.Broken(violation);
        CloseEffects effects = Move(new CloseInput.Violate(violation, Behind: IsAnswering, takesBack), output, now);
        // What was begun of a message is never ended.
        if (IsViolated) _messages.Release();
        return effects;
    }

    public void Release()
    {
        if (OutputIsDone)
        {
            _messages.Dispose();
            _data.Dispose();
        }
        else
        {
            _messages.Release();
        }

        _control.Release();
        _owedPong.Release();
    }

    private static ProtocolEvent Closing(CloseEffects effects) => new() { Kind = ProtocolEventKind.Closing, Effects = effects };

    /// <summary>Moves the close machine and does the engine's own part of what follows.</summary>
    private CloseEffects Move(CloseInput input, IBufferWriter<byte> output, TimeSpan now)
    {
        CloseEffects effects = On(input, now);
        if ((effects & CloseEffects.WriteClose) != 0) WriteClose(output, now);
        if (effects != CloseEffects.None && InputIsDone) Release();
        return effects;
    }

    /// <summary>The one way to an end: where the machine ends, the record is made.</summary>
    private CloseEffects On(CloseInput input, TimeSpan now)
    {
        CloseEffects effects = _close.On(input, now);
        if ((effects & CloseEffects.Release) != 0) Record = Complete(_close.Record!);
        return effects;
    }

    private void WriteClose(IBufferWriter<byte> output, TimeSpan now)
    {
        Span<byte> body = stackalloc byte[CloseFrame.MaxBodyBytes];
        WriteControl(output, WebSocketOpcode.Close, body[.._close.Ours!.WriteBody(body)], now);
    }

    private void WriteControl(IBufferWriter<byte> output, WebSocketOpcode opcode, ReadOnlySpan<byte> payload, TimeSpan now)
    {
        _writer.Write(output, opcode, fin: true, payload, observer: Observer);
        _traffic.ControlSent(now);
    }
}
