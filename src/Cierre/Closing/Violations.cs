using System.Globalization;

namespace Cierre.Closing;

/// <summary>One violation or policy breach: what it costs and how it is said.</summary>
/// <param name="Code">The code of the close frame that we send for it.</param>
/// <param name="Cause">The cause that the record names.</param>
/// <param name="Reason">The rule that broke, in one clause: the reason on the wire.</param>
/// <param name="Fails">True: fail the connection (RFC 6455 7.1.7); false: an ordinary closing handshake.</param>
internal sealed record Violation(ushort Code, CloseCause Cause, CloseDetail Reason, bool Fails)
{
    public CloseFrame Frame => new(Code, Reason.English);

    public EndReason Why => new(Cause, Reason);
}

/// <summary>Every rule that a peer can break, one row a rule: the code, the cause and the sentence. No other file spells a code next to a reason.</summary>
internal static class Violations
{
    /// <summary>RFC 6455 5.2: RSV bits are 0 unless an extension defines them.</summary>
    public static Violation ReservedBit(int bit) => Protocol(nameof(ReservedBit), bit);

    /// <summary>RFC 7692 6.1: RSV1 is set on the first frame of a message only, never on a control frame.</summary>
    public static Violation ReservedBitOnFrame(int bit, string opcode) => Protocol(nameof(ReservedBitOnFrame), bit, Word(opcode));

    /// <summary>RFC 6455 5.2: opcodes 3-7 and 11-15 are reserved.</summary>
    public static Violation ReservedOpcode(int opcode) => Protocol(nameof(ReservedOpcode), opcode);

    /// <summary>RFC 6455 5.5: a control frame carries at most 125 bytes.</summary>
    public static Violation ControlTooLong(string opcode) => Protocol(nameof(ControlTooLong), Word(opcode));

    /// <summary>RFC 6455 5.5: a control frame is never fragmented.</summary>
    public static Violation ControlFragmented(string opcode) => Protocol(nameof(ControlFragmented), Word(opcode));

    /// <summary>RFC 6455 5.4: a continuation frame continues a message.</summary>
    public static Violation ContinuationWithoutStart() => Protocol(nameof(ContinuationWithoutStart));

    /// <summary>RFC 6455 5.4: the fragments of one message are not interleaved with another message.</summary>
    public static Violation DataInsideMessage(string opcode) => Protocol(nameof(DataInsideMessage), Word(opcode));

    /// <summary>RFC 6455 5.2: the most significant bit of a 64-bit length is 0.</summary>
    public static Violation LengthTopBit() => Protocol(nameof(LengthTopBit));

    /// <summary>RFC 6455 5.2: the minimal number of bytes encodes a length.</summary>
    public static Violation LengthNotShortest(ulong length, int bits) => Protocol(nameof(LengthNotShortest), length, bits);

    /// <summary>RFC 6455 5.1: a client masks every frame.</summary>
    public static Violation FrameNotMasked() => Protocol(nameof(FrameNotMasked));

    /// <summary>RFC 6455 5.1: a server masks no frame.</summary>
    public static Violation FrameMasked() => Protocol(nameof(FrameMasked));

    /// <summary>RFC 6455 5.5.1: a close body is empty or begins with a 2-byte code.</summary>
    public static Violation CloseBodyOfOneByte() => Protocol(nameof(CloseBodyOfOneByte));

    /// <summary>RFC 6455 7.4: codes that must not be in a close frame.</summary>
    public static Violation CloseCodeForbidden(int code) => Protocol(nameof(CloseCodeForbidden), code);

    /// <summary>RFC 6455 8.1: text is UTF-8.</summary>
    public static Violation TextNotUtf8(long offset, byte value) => Data(nameof(TextNotUtf8), offset, value);

    /// <summary>RFC 6455 8.1: text ends with a whole code point.</summary>
    public static Violation TextEndsInCodePoint(long length) => Data(nameof(TextEndsInCodePoint), CloseDetail.Bytes(length));

    /// <summary>RFC 6455 5.5.1: a close reason is UTF-8.</summary>
    public static Violation CloseReasonNotUtf8(int offset, byte value) => Data(nameof(CloseReasonNotUtf8), offset, value);

    /// <summary>RFC 6455 7.4.1, 10.4: a message over the limit, known from the header where the header tells.</summary>
    public static Violation MessageTooBig(ulong size, long limit) =>
        new(CloseCodes.MessageTooBig, CloseCause.MessageTooBig, new CloseDetail(nameof(MessageTooBig), size, limit), Fails: true);

    /// <summary>RFC 6455 10.4: a compressed message over the limit however well it may inflate, known from the header.</summary>
    public static Violation CompressedTooBig(ulong size, long limit) =>
        new(CloseCodes.MessageTooBig, CloseCause.MessageTooBig, new CloseDetail(nameof(CompressedTooBig), size, limit), Fails: true);

    /// <summary>RFC 6455 10.4, RFC 7692 8: a compressed message over the limit, known as soon as that much of it is inflated.</summary>
    public static Violation InflatedTooBig(long limit) =>
        new(CloseCodes.MessageTooBig, CloseCause.MessageTooBig, new CloseDetail(nameof(InflatedTooBig), CloseDetail.Bytes(limit)), Fails: true);

    /// <summary>RFC 7692 7.2.2: a compressed message that does not inflate.</summary>
    public static Violation DeflateNotValid() => Data(nameof(DeflateNotValid));

    /// <summary>RFC 6455 10.4: a limit on the number of fragments; an ordinary close.</summary>
    public static Violation TooManyFragments(int limit) =>
        Policy(CloseCodes.PolicyViolation, CloseCause.PolicyViolation, nameof(TooManyFragments), CloseDetail.Fragments(limit));

    /// <summary>RFC 6455 7.4.1, 1003: the endpoint accepts only text, or only binary.</summary>
    public static Violation KindNotAccepted(string got, string accepted) =>
        Policy(CloseCodes.UnsupportedData, CloseCause.UnsupportedData, nameof(KindNotAccepted), Word(got), Word(accepted));

    /// <summary>RFC 6455 7.4.1, 1007: a typed endpoint's JSON; an ordinary close.</summary>
    public static Violation JsonNotValid() => Policy(CloseCodes.InvalidFramePayloadData, CloseCause.InvalidData, nameof(JsonNotValid));

    /// <summary>RFC 6455 5.5.2: a ping is answered as soon as practical.</summary>
    public static Violation PingNotAnswered(TimeSpan timeout) =>
        Policy(CloseCodes.InternalError, CloseCause.PingTimeout, nameof(PingNotAnswered), timeout.TotalSeconds);

    /// <summary>IANA 3008: no message either way.</summary>
    public static Violation Idle(TimeSpan timeout) => Policy(CloseCodes.Timeout, CloseCause.IdleTimeout, nameof(Idle), timeout.TotalSeconds);

    /// <summary>RFC 6455 7.4.1, 1008: more messages than the endpoint takes.</summary>
    public static Violation MessagesTooFast(int limit) => Policy(CloseCodes.PolicyViolation, CloseCause.PolicyViolation, nameof(MessagesTooFast), limit);

    /// <summary>RFC 6455 7.4.1, 1008: more bytes than the endpoint takes.</summary>
    public static Violation BytesTooFast(long limit) =>
        Policy(CloseCodes.PolicyViolation, CloseCause.PolicyViolation, nameof(BytesTooFast), CloseDetail.Bytes(limit));

    /// <summary>RFC 6455 7.4.1, 1008: the application's own rate limiter, whose numbers we do not know.</summary>
    public static Violation RateExceeded() => Policy(CloseCodes.PolicyViolation, CloseCause.PolicyViolation, nameof(RateExceeded));

    /// <summary>RFC 6455 7.4.1, 1008: a peer that reads more slowly than is sent to it.</summary>
    public static Violation SlowReader(long limit) =>
        Policy(CloseCodes.PolicyViolation, CloseCause.PolicyViolation, nameof(SlowReader), CloseDetail.Bytes(limit));

    /// <summary>RFC 6455 7.4.1, 1008: a peer without room for a broadcast, when others have it long since.</summary>
    public static Violation BroadcastNotTaken(TimeSpan timeout) =>
        Policy(CloseCodes.PolicyViolation, CloseCause.PolicyViolation, nameof(BroadcastNotTaken), timeout.TotalSeconds);

    /// <summary>RFC 6455 7.4.1, 1008: a peer that misses messages of a topic, because they are not kept any more, and has no way to know.</summary>
    public static Violation TopicNotTaken() => Policy(CloseCodes.PolicyViolation, CloseCause.PolicyViolation, nameof(TopicNotTaken));

    /// <summary>RFC 6455 7.4.1, 1008: a peer that takes nothing while something waits for it.</summary>
    /// <summary>Where nobody acknowledges: the peer may have taken a part of what waits.</summary>
    public static Violation NoSendCompleted(TimeSpan timeout) =>
        Policy(CloseCodes.PolicyViolation, CloseCause.PolicyViolation, nameof(NoSendCompleted), timeout.TotalSeconds);

    public static Violation NothingTaken(TimeSpan timeout) =>
        Policy(CloseCodes.PolicyViolation, CloseCause.PolicyViolation, nameof(NothingTaken), timeout.TotalSeconds);

    /// <summary>IANA 1013: no place on the server.</summary>
    public static Violation ServerAtCapacity(int limit) =>
        Policy(CloseCodes.TryAgainLater, CloseCause.LoadShed, nameof(ServerAtCapacity), CloseDetail.Connections(limit));

    /// <summary>IANA 1013: no place at the endpoint.</summary>
    public static Violation EndpointAtCapacity(int limit) =>
        Policy(CloseCodes.TryAgainLater, CloseCause.LoadShed, nameof(EndpointAtCapacity), CloseDetail.Connections(limit));

    /// <summary>IANA 1013: no further place for the user.</summary>
    public static Violation UserAtCapacity(int limit) =>
        Policy(CloseCodes.TryAgainLater, CloseCause.LoadShed, nameof(UserAtCapacity), CloseDetail.Connections(limit));

    /// <summary>IANA 1013: more handshakes than the server takes.</summary>
    public static Violation HandshakesTooFast(int limit) => Policy(CloseCodes.TryAgainLater, CloseCause.LoadShed, nameof(HandshakesTooFast), limit);

    /// <summary>IANA 1013: the server casts off some of its clients.</summary>
    public static Violation LoadShed() => Policy(CloseCodes.TryAgainLater, CloseCause.LoadShed, nameof(LoadShed));

    /// <summary>IANA 3000: what the request showed, or was renewed with, is not valid any more.</summary>
    public static Violation CredentialsExpired(DateTimeOffset at) =>
        Policy(CloseCodes.Unauthorized, CloseCause.Unauthorized, nameof(CredentialsExpired),
            at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    /// <summary>IANA 3000: authorization asks for credentials, and there are none that count.</summary>
    public static Violation Unauthorized() => Policy(CloseCodes.Unauthorized, CloseCause.Unauthorized, nameof(Unauthorized));

    /// <summary>IANA 3003: the credentials do not suffice.</summary>
    public static Violation Forbidden() => Policy(CloseCodes.Forbidden, CloseCause.Forbidden, nameof(Forbidden));

    /// <summary>IANA 3008: a handler that takes longer than its endpoint allows.</summary>
    public static Violation Deadline(TimeSpan timeout) => Policy(CloseCodes.Timeout, CloseCause.Deadline, nameof(Deadline), timeout.TotalSeconds);

    /// <summary>IANA 3008: a deadline of the application's own.</summary>
    public static Violation DeadlinePassed() => Policy(CloseCodes.Timeout, CloseCause.Deadline, nameof(DeadlinePassed));

    /// <summary>RFC 6455 7.4.1, 1008: a rule of the application's own.</summary>
    public static Violation RuleBroken() => Policy(CloseCodes.PolicyViolation, CloseCause.PolicyViolation, nameof(RuleBroken));

    // ---- cierre.resume.v1: docs/resume.md ----

    /// <summary>Each message begins with a mark.</summary>
    public static Violation ResumeMessageEmpty() => Protocol(nameof(ResumeMessageEmpty));

    /// <summary>The marks are = # + ? and !.</summary>
    public static Violation ResumeMarkUnknown(byte mark) => Protocol(nameof(ResumeMarkUnknown), mark);

    /// <summary>A message that controls the session is text.</summary>
    public static Violation ResumeControlNotText() =>
        new(CloseCodes.UnsupportedData, CloseCause.UnsupportedData, new CloseDetail(nameof(ResumeControlNotText)), Fails: true);

    /// <summary>A message that controls the session is short.</summary>
    public static Violation ResumeControlTooLong(int limit) =>
        new(CloseCodes.MessageTooBig, CloseCause.MessageTooBig, new CloseDetail(nameof(ResumeControlTooLong), CloseDetail.Bytes(limit)), Fails: true);

    /// <summary>Behind ! comes one JSON object.</summary>
    public static Violation ResumeControlNotObject() => Protocol(nameof(ResumeControlNotObject));

    /// <summary>The object has a member that says what it is.</summary>
    public static Violation ResumeControlUnknown() => Protocol(nameof(ResumeControlUnknown));

    /// <summary>Each control has its time in the session.</summary>
    public static Violation ResumeControlOutOfPlace() => Protocol(nameof(ResumeControlOutOfPlace));

    /// <summary>Each member has its type, and numbers are whole and none below 0.</summary>
    public static Violation ResumeMalformed(string member) => Protocol(nameof(ResumeMalformed), member);

    /// <summary>A place in a topic is epoch, offset and tag.</summary>
    public static Violation ResumeCursorMalformed() => Protocol(nameof(ResumeCursorMalformed));

    /// <summary>A client that resumes names a bounded number of topics.</summary>
    public static Violation ResumeTooManyTopics(int limit) =>
        Policy(CloseCodes.PolicyViolation, CloseCause.PolicyViolation, nameof(ResumeTooManyTopics), limit);

    /// <summary>The client says which version it speaks.</summary>
    public static Violation ResumeVersion(long version) => Protocol(nameof(ResumeVersion), version);

    /// <summary>The client's first message is its hello or its resume.</summary>
    public static Violation ResumeBeforeHello() => Protocol(nameof(ResumeBeforeHello));

    /// <summary>Nothing is sent between hello or resume and the answer to it.</summary>
    public static Violation ResumeBeforeAnswer() => Protocol(nameof(ResumeBeforeAnswer));

    /// <summary>A connection has one hello.</summary>
    public static Violation ResumeSecondHello() => Protocol(nameof(ResumeSecondHello));

    /// <summary>A session is resumed by the first message of a connection.</summary>
    public static Violation ResumeBehindHello() => Protocol(nameof(ResumeBehindHello));

    /// <summary>Messages of topics come from the server.</summary>
    public static Violation ResumeTopicFromClient() => Protocol(nameof(ResumeTopicFromClient));

    /// <summary>An acknowledgement is a number.</summary>
    public static Violation ResumeAcknowledgementNoNumber() => Protocol(nameof(ResumeAcknowledgementNoNumber));

    /// <summary>Only what was sent can be acknowledged.</summary>
    public static Violation ResumeAcknowledgedTooMany(long count, long sent) => Protocol(nameof(ResumeAcknowledgedTooMany), count, sent);

    /// <summary>What was acknowledged stays so.</summary>
    public static Violation ResumeAcknowledgedBackwards(long count, long before) => Protocol(nameof(ResumeAcknowledgedBackwards), count, before);

    /// <summary>A client waits where it has sent as much ahead as it may.</summary>
    public static Violation ResumeWindowExceeded() => Policy(CloseCodes.PolicyViolation, CloseCause.PolicyViolation, nameof(ResumeWindowExceeded));

    /// <summary>The newest connection that resumes a session has it.</summary>
    public static Violation ResumedElsewhere() => Policy(CloseCodes.PolicyViolation, CloseCause.PolicyViolation, nameof(ResumedElsewhere));

    /// <summary>A client says in time what it wants.</summary>
    public static Violation ResumeNoHello(TimeSpan timeout) => Policy(CloseCodes.Timeout, CloseCause.Deadline, nameof(ResumeNoHello), timeout.TotalSeconds);

    // The RFC's own word for a kind of frame; other languages have theirs.
    private static CloseDetail Word(string opcode) => new($"Opcode_{opcode}");

    private static Violation Protocol(string key, params object[] arguments) =>
        new(CloseCodes.ProtocolError, CloseCause.ProtocolViolation, new CloseDetail(key, arguments), Fails: true);

    private static Violation Data(string key, params object[] arguments) =>
        new(CloseCodes.InvalidFramePayloadData, CloseCause.InvalidData, new CloseDetail(key, arguments), Fails: true);

    private static Violation Policy(ushort code, CloseCause cause, string key, params object[] arguments) =>
        new(code, cause, new CloseDetail(key, arguments), Fails: false);
}
