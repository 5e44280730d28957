using System.Buffers.Text;
using System.Collections.Immutable;
using Cierre.Closing;

namespace Cierre.Resuming;

/// <summary>
/// One side of a session that survives its connections: <c>cierre.resume.v1</c>, for both roles. Messages in, messages and events out; it does no I/O and
/// knows no clock, task or lock. Time is an argument, counted from the beginning of the session.
/// </summary>
/// <remarks>
/// Whoever drives it calls one method at a time and hands in where to write: the connection that carries the session. Where none does, what is sent is kept for
/// the next. A server makes it when a client's hello has come.
/// </remarks>
internal sealed class ResumeSession
{
    private static readonly ImmutableDictionary<string, TopicCursor> NoTopics = ImmutableDictionary.Create<string, TopicCursor>(StringComparer.Ordinal);

    private readonly WebSocketRole _role;
    private readonly FollowedTopics? _topics;
    private SessionLifecycle _life;
    private MessageLedger _ledger;

    private ResumeSession(WebSocketRole role, ResumeLimits limits, TimeSpan window)
    {
        _role = role;
        _life = new SessionLifecycle(role, window);
        _ledger = new MessageLedger(limits);
        if (role == WebSocketRole.Client) _topics = new FollowedTopics();
    }

    /// <summary>A client's, which has no session yet.</summary>
    public static ResumeSession OfClient() => new(WebSocketRole.Client, ResumeLimits.Default, TimeSpan.Zero);

    /// <summary>A server's, which has begun.</summary>
    /// <param name="limits">How much either side may send ahead.</param>
    /// <param name="window">How long it is kept without a connection.</param>
    public static ResumeSession OfServer(ResumeLimits limits, TimeSpan window) => new(WebSocketRole.Server, limits, window);

    public WebSocketRole Role => _role;

    public SessionState State => _life.State;

    /// <summary>What a client shows to go on; null before the session began, and at a server, which keeps none.</summary>
    public string? Token { get; private set; }

    /// <summary>The session's name in logs; null before it began.</summary>
    public string? Id { get; private set; }

    public long Sent => _ledger.Sent;

    public long Received => _ledger.Received;

    public long Taken => _ledger.Taken;

    public long Unacknowledged => _ledger.Unacknowledged;

    public long UnacknowledgedBytes => _ledger.UnacknowledgedBytes;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public TimeSpan Deadline
    {
        get
        {
            TimeSpan acknowledgement = _life.IsAttached ? _ledger.AcknowledgementDue : TimeSpan.MaxValue;
            return acknowledgement < _life.Deadline ? acknowledgement : _life.Deadline;
        }
    }

    // ---- the application's side ----

    /// <summary>Whether a message of so many bytes may be sent now; else its sender waits.</summary>
    public bool HasRoom(int bytes) => _life.TakesMessages && _ledger.HasRoom(bytes);

    /// <summary>Sends a message, for which there is room: now, or over the next connection.</summary>
    public void Send(WebSocketOpcode kind, ReadOnlySpan<byte> payload, IResumeOutput output, bool compressible = true)
    {
        ReadOnlySpan<byte> message = _ledger.Send(kind, payload, compressible);
        if (_life.IsAttached) output.Write(kind, message, compressible);
    }

    /// <summary>The application has taken what came, but for so many messages and bytes, because it asks for the next one.</summary>
    public void TakeAllBut(int messages, long bytes, IResumeOutput output, TimeSpan now)
    {
        if (_ledger.TakeAllBut(messages, bytes, now) && _life.IsAttached) Acknowledge(output);
    }

    /// <summary>A server cannot keep it while it is away.</summary>
    /// <param name="reason">One of <see cref="LossReason"/>.</param>
    public SessionEffects Lose(string reason, TimeSpan now) => Move(new SessionInput.Lost(reason), now);

    /// <summary>Nothing is said to the peer any more: the application gives the session up, or whoever hosts it.</summary>
    public SessionEffects Abandon(TimeSpan now) => Move(SessionInput.Abandon.Instance, now);

    /// <summary>The application ends the session.</summary>
    public SessionEffects Close(CloseFrame frame, TimeSpan now) => Move(new SessionInput.Close(frame), now);

    // ---- the connection's side ----

    /// <summary>A client has a new connection.</summary>
    /// <param name="last">How the last one ended for it.</param>
    public SessionEffects Connected(ResumeControl.LastEnd? last, IResumeOutput output, TimeSpan now)
    {
        SessionEffects effects = Move(SessionInput.Connected.Instance, now);
        _topics!.BeginConnection();
        if (Asks(effects, SessionEffects.WriteHello)) Write(output, new ResumeControl.Hello(NoTopics));
        if (Asks(effects, SessionEffects.WriteResume))
            Write(output, new ResumeControl.Resume(Token!, _ledger.Received, _ledger.SentAndTaken, _ledger.Sent, _topics.Places, last));
        return effects;
    }

    /// <summary>A server tells the client of the session that has begun.</summary>
    public void Begin(ResumeControl.Session session, IResumeOutput output)
    {
        Id = session.Id;
        Write(output, session);
    }

    /// <summary>A client has come back to its server, over a new connection.</summary>
    /// <param name="asked">What it says.</param>
    /// <param name="node">Where it goes on.</param>
    /// <param name="token">What it is to resume with next time.</param>
    /// <param name="output">The new connection.</param>
    public SessionEffects Resume(ResumeControl.Resume asked, string node, string token, IResumeOutput output, TimeSpan now)
    {
        bool continues = _ledger.Continues(asked.Got, asked.Acknowledged);
        SessionEffects effects = Move(new SessionInput.Asked(continues, Misses: continues && asked.Got < _ledger.Sent), now);
        if (Asks(effects, SessionEffects.WriteResumed))
        {
            Write(output, new ResumeControl.Resumed(_ledger.Received, _ledger.Sent - asked.Got, node, token));
        }

        if (Asks(effects, SessionEffects.Repeat)) Repeat(asked.Got, output, now);
        if (Asks(effects, SessionEffects.WriteLost)) Write(output, new ResumeControl.Lost(LossReason.ForPeer(((SessionState.Ended)State).Loss)));
        if (Asks(effects, SessionEffects.WriteEnded)) Write(output, new ResumeControl.Ended(((SessionState.Ended)State).Close!));
        return effects;
    }

    /// <summary>A message has come over the connection that carries the session.</summary>
    /// <param name="message">Valid as long as what is found in it.</param>
    public SessionEvent Receive(WebSocketOpcode kind, ReadOnlyMemory<byte> message, IResumeOutput output, TimeSpan now)
    {
        if (message.IsEmpty) return Broken(Violations.ResumeMessageEmpty());
        var mark = (ResumeMark)message.Span[0];
        bool isText = kind == WebSocketOpcode.Text;
        switch (mark)
        {
            case ResumeMark.Application when _life.State is not (SessionState.Greeting or SessionState.Returning):
                ReadOnlyMemory<byte> payload = message[1..];
                return _ledger.Receive(payload.Length, isHeldToLimits: _role == WebSocketRole.Server) is { } exceeded
                    ? Broken(exceeded)
                    : new SessionEvent(SessionEventKind.Message) { Payload = payload };
            case ResumeMark.Topic when _role == WebSocketRole.Server:
                return Broken(Violations.ResumeTopicFromClient());
            case ResumeMark.Topic when _life.State is SessionState.Attached or SessionState.Leaving:
                return _topics!.TryTake(kind, message.Span, out string topic, out int length)
                    ? new SessionEvent(SessionEventKind.TopicMessage) { Payload = message[^length..], Topic = topic }
                    : Broken(Violations.ResumeMalformed("#"));
            case ResumeMark.Acknowledgement or ResumeMark.Question or ResumeMark.Control when !isText:
                return Broken(Violations.ResumeControlNotText());
            case ResumeMark.Acknowledgement or ResumeMark.Question or ResumeMark.Control when message.Length > ResumeControl.MaxSize:
                return Broken(Violations.ResumeControlTooLong(ResumeControl.MaxSize));
            case ResumeMark.Control:
                return ReceiveControl(message[1..], output, now);
            case ResumeMark.Application or ResumeMark.Topic or ResumeMark.Acknowledgement or ResumeMark.Question
                when _life.State is SessionState.Greeting or SessionState.Returning:
                return Broken(Violations.ResumeBeforeAnswer());
            case ResumeMark.Acknowledgement:
                return ReceiveAcknowledgement(message.Span[1..]);
            case ResumeMark.Question:
                Acknowledge(output);
                return default;
            default:
                return Broken(Violations.ResumeMarkUnknown(message.Span[0]));
        }
    }

    /// <summary>The connection that carried the session has ended, or a client could not open one.</summary>
    /// <param name="record">How.</param>
    /// <param name="mayResume">Whether a further connection is tried, or waited for.</param>
    public SessionEffects Gone(CloseRecord record, bool mayResume, TimeSpan now) => Move(new SessionInput.Gone(mayResume, record.WasClean), now);

    /// <summary>Does what is due: an acknowledgement, the end of the window.</summary>
    public SessionEffects Tick(IResumeOutput output, TimeSpan now)
    {
        if (_life.IsAttached && _ledger.AcknowledgementDue <= now) Acknowledge(output);
        return _life.Deadline <= now ? Move(SessionInput.Due.Instance, now) : SessionEffects.None;
    }

    private static SessionEvent Broken(Violation violation) => new(SessionEventKind.Broken) { Violation = violation };

    private static SessionEvent Moved(SessionEffects effects, ResumeControl control) => new(SessionEventKind.Control) { Effects = effects, Control = control };

    private static bool Asks(SessionEffects effects, SessionEffects effect) => (effects & effect) != 0;

    private static void Write(IResumeOutput output, ResumeControl control) => output.Write(WebSocketOpcode.Text, ResumeControlWriter.Write(control).Span);

    private SessionEvent ReceiveAcknowledgement(ReadOnlySpan<byte> digits)
    {
        if (digits.IsEmpty || !TopicCursor.TryParseNumber(digits, out long count)) return Broken(Violations.ResumeAcknowledgementNoNumber());
        return _ledger.Acknowledged(count) is { } untrue ? Broken(untrue) : new SessionEvent(SessionEventKind.Acknowledged);
    }

    private SessionEvent ReceiveControl(ReadOnlyMemory<byte> json, IResumeOutput output, TimeSpan now)
    {
        if (ResumeControlReader.Read(json, _role, out ResumeControl? control) is { } malformed) return Broken(malformed);
        switch (control)
        {
            case ResumeControl.Hello:
                return Broken(Violations.ResumeSecondHello());
            case ResumeControl.Resume:
                return Broken(Violations.ResumeBehindHello());
            case ResumeControl.Session session when State is SessionState.Greeting:
                (Id, Token, _life.Window) = (session.Id, session.Token, session.Window);
                _ledger.Limits = session.Limits;
                return Moved(Move(SessionInput.Began.Instance, now), control);
            case ResumeControl.Resumed resumed when State is SessionState.Returning:
                if (resumed.Got < _ledger.SentAndTaken || resumed.Got > _ledger.Sent) return Broken(Violations.ResumeMalformed("got"));
                Token = resumed.Token;
                SessionEffects goesOn = Move(SessionInput.Resumed.Instance, now);
                Repeat(resumed.Got, output, now);
                return Moved(goesOn, control);
            case ResumeControl.Lost lost when State is SessionState.Returning:
                return Moved(Move(new SessionInput.Lost(lost.Reason), now), control);
            case ResumeControl.Ended ended when State is SessionState.Returning:
                return Moved(Move(new SessionInput.Over(ended.Close), now), control);
            case ResumeControl.Topic or ResumeControl.Gap or ResumeControl.Retry when State is SessionState.Attached or SessionState.Leaving:
                if (control is ResumeControl.Topic topic) _topics!.Begin(topic);
                if (control is ResumeControl.Gap gap) _topics!.Skip(gap);
                return Moved(SessionEffects.None, control);
            default:
                return Broken(Violations.ResumeControlOutOfPlace());
        }
    }

    private void Repeat(long got, IResumeOutput output, TimeSpan now)
    {
        MessageTail.Reader rest = _ledger.Resume(got, now);
        while (rest.TryRead(out WebSocketOpcode kind, out ReadOnlySpan<byte> message, out bool compressible)) output.Write(kind, message, compressible);
    }

    private void Acknowledge(IResumeOutput output)
    {
        Span<byte> message = stackalloc byte[1 + 20];
        message[0] = (byte)ResumeMark.Acknowledgement;
        Utf8Formatter.TryFormat(_ledger.Acknowledge(), message[1..], out int digits);
        output.Write(WebSocketOpcode.Text, message[..(1 + digits)]);
    }

    private SessionEffects Move(SessionInput input, TimeSpan now)
    {
        SessionEffects effects = _life.On(input, now);
        if (Asks(effects, SessionEffects.Complete)) _ledger.Release();
        return effects;
    }
}
