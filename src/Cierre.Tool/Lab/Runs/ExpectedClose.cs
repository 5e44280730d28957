using System.Globalization;
using System.Text.Json.Nodes;

namespace Cierre.Tool.Lab.Runs;

/// <summary>What the rules of closing say about one side's record: a subset of the fields of the close object.</summary>
internal sealed record ExpectedClose(int Code, bool WasClean, CloseFrame? Sent, CloseFrame? Received, EndedBy EndedBy)
{
    /// <summary>Null where the rules leave it open: how an abort looks from the other side.</summary>
    public CloseCause? Cause { get; init; }

    /// <summary>Null where the detail has a part that differs from run to run.</summary>
    public string? Detail { get; init; }

    public int? HttpStatus { get; init; }

    /// <summary>False for an opening that fails.</summary>
    public bool Opens { get; init; } = true;

    /// <summary>An ordinary close that this side began, answered with its code and no reason.</summary>
    public static ExpectedClose ByUs(CloseFrame frame, CloseCause cause) =>
        new(frame.Code, WasClean: true, frame, AnswerTo(frame), EndedBy.Local) { Cause = cause };

    /// <summary>An ordinary close that the peer began: its code, answered.</summary>
    public static ExpectedClose ByPeer(CloseFrame frame) =>
        new(frame.Code, WasClean: true, AnswerTo(frame), frame, EndedBy.Remote) { Cause = CloseCause.PeerClosed };

    /// <summary>A connection that this side failed: what it sent, and nothing of the peer's counts.</summary>
    public static ExpectedClose Failed(CloseFrame frame, CloseCause cause) =>
        new(CloseCodes.AbnormalClosure, WasClean: false, frame, Received: null, EndedBy.Local) { Cause = cause, Detail = frame.Reason };

    /// <summary>A close of ours that nobody answered.</summary>
    public static ExpectedClose Unanswered(CloseFrame? frame, CloseCause cause) =>
        new(CloseCodes.AbnormalClosure, WasClean: false, frame, Received: null, EndedBy.Local) { Cause = cause };

    /// <summary>A connection that broke before anybody decided.</summary>
    public static ExpectedClose Lost(CloseCause? cause) =>
        new(CloseCodes.AbnormalClosure, WasClean: false, Sent: null, Received: null, EndedBy.Network) { Cause = cause };

    /// <summary>A connection that never opened.</summary>
    public static ExpectedClose NotOpened(CloseCause cause) =>
        Lost(cause) with { Code = cause == CloseCause.TlsFailed ? CloseCodes.TlsHandshake : CloseCodes.AbnormalClosure, Opens = false };

    /// <summary>The same, with an answer that repeats our reason where that came: browsers do so, and RFC 6455 5.5.1 asks for the code only.</summary>
    public ExpectedClose OrRepeated(CloseFrame? received) =>
        Sent is { } sent && Received == AnswerTo(sent) && received == sent ? this with { Received = sent } : this;

    /// <summary>What the listeners of the browser's API receive: <c>error</c> comes exactly where no close frame counts.</summary>
    public ReceivedEvent ToEvent() =>
        new(Code, Received?.Reason ?? "", WasClean, [.. Opens ? (string[])["open"] : [], .. Received is null ? (string[])["error"] : [], "close"]);

    /// <param name="language">That of the name. The rules spell details in English, so another language leaves them open.</param>
    public JsonObject ToJson(CultureInfo language)
    {
        var json = new JsonObject
        {
            ["code"] = Code,
            ["name"] = CloseCodes.Default.Get((ushort)Code).GetName(language),
            ["reason"] = Received?.Reason ?? "",
            ["wasClean"] = WasClean,
            ["sent"] = Frame(Sent),
            ["received"] = Frame(Received),
            ["receivedFirst"] = EndedBy == EndedBy.Remote,
            ["endedBy"] = EndedBy.ToKebabCase(),
        };
        if (Cause is { } cause) json["cause"] = cause.ToKebabCase();
        if (Detail is not null && language.Equals(CultureInfo.InvariantCulture)) json["detail"] = Detail;
        json["httpStatus"] = HttpStatus;
        return json;
    }

    private static CloseFrame AnswerTo(CloseFrame frame) => new(frame.Code);

    private static JsonObject? Frame(CloseFrame? frame) => frame is null ? null : new JsonObject { ["code"] = (int)frame.Code, ["reason"] = frame.Reason };
}
