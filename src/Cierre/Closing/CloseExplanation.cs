using System.Globalization;

namespace Cierre.Closing;

/// <summary>Says in words how a connection ended, or what a code means. What is known comes first, then what it suggests, then what to do.</summary>
internal static class CloseExplanation
{
    public static string Of(CloseRecord record, CultureInfo culture)
    {
        CloseCodeInfo info = record.CodeInfo;
        List<string> lines = [FirstLine(record.Code, info.GetName(culture), Meaning(record, info, culture)), HowItEnded(record, culture)];
        if (record.UnreadBytes > 0) lines.Add(Texts.Format(culture, "ExplainUnread", CloseDetail.Bytes(record.UnreadBytes)));
        if (CloseEvidence.Suggestion(record, culture) is { } suggestion) lines.Add(suggestion);
        if (record.WasOpen || record.Sent is not null || record.Received is not null) lines.Add(Frames(record, culture));
        lines.Add(Texts.Format(culture, "ExplainReconnect", Advice(record, culture)));
        return string.Join("\n  ", lines);
    }

    private static string SendersKey(AllowedSenders senders) => senders switch
    {
        AllowedSenders.None => "ExplainAppNo",
        AllowedSenders.Client => "ExplainAppClient",
        AllowedSenders.Client | AllowedSenders.Server => "ExplainAppConnection",
        _ => "ExplainAppYes",
    };

    /// <summary>For a log or a debugger: <c>1001 "restarting" clean peer-closed</c>; the words are not translated.</summary>
    public static string InOneLine(CloseRecord record)
    {
        string reason = record.Reason.Length == 0 ? "" : " " + UntrustedText.Quote(record.Reason);
        string clean = record.WasClean ? "clean" : "unclean";
        return string.Create(CultureInfo.InvariantCulture, $"{record.Code}{reason} {clean} {record.Cause.ToKebabCase()}");
    }

    /// <param name="info">The row.</param>
    /// <param name="culture">The language.</param>
    /// <param name="code">The code that was asked for, where the row is a range.</param>
    public static string OfCode(CloseCodeInfo info, CultureInfo culture, int? code = null)
    {
        string shown = code?.ToString(CultureInfo.InvariantCulture) ?? info.CodeOrRange;
        string[] lines =
        [
            FirstLine(shown, info.GetName(culture), info.Describe(culture)),
            Texts.Get(culture, info.IsAllowedInFrame ? "ExplainOnTheWire" : "ExplainNotOnTheWire"),
            Texts.Get(culture, SendersKey(info.AllowedSenders)),
            Texts.Format(culture, "ExplainWhen", info.When(culture)),
            Texts.Format(culture, "ExplainReconnect", info.Reconnect.Describe(culture)),
        ];
        return string.Join("\n  ", lines);
    }

    private static string FirstLine(object code, string name, string meaning) =>
        string.Create(CultureInfo.InvariantCulture, $"{code}{(name.Length == 0 ? "" : " ")}{name}: {meaning}.");

    // 1006 says only that no valid close frame was processed; the record knows more.
    private static string Meaning(CloseRecord record, CloseCodeInfo info, CultureInfo culture) => record switch
    {
        { Code: not CloseCodes.AbnormalClosure } => info.Describe(culture),
        { WasOpen: false } => Texts.Get(culture, "MeaningNotOpened"),
        { EndedBy: EndedBy.Network } => Texts.Get(culture, "MeaningLost"),
        { Sent: null } => Texts.Get(culture, "MeaningEndedWithoutFrame"),
        _ => Texts.Get(culture, "MeaningEndedWithoutAnswer"),
    };

    private static string HowItEnded(CloseRecord record, CultureInfo culture)
    {
        string detail = record.Why.Detail.In(culture);
        string elapsed = SpanOfTime.In(culture, record.Elapsed);
        if (!record.WasOpen) return Texts.Format(culture, "ExplainNotOpened", detail, elapsed);
        string who = Texts.Get(culture, $"By{record.EndedBy}");
        return CloseEvidence.Known(record, culture) is { } known
            ? Texts.Format(culture, "ExplainEndedByEvidence", who, detail, elapsed, known)
            : Texts.Format(culture, "ExplainEndedBy", who, detail, elapsed);
    }

    private static string Frames(CloseRecord record, CultureInfo culture)
    {
        string close = Texts.Format(culture, "ExplainCloseFrames", Frame(record.Sent, culture), Frame(record.Received, culture));
        return CloseEvidence.IsCounted(record.Traffic)
            ? $"{close} {Texts.Format(culture, "ExplainFrames", record.Traffic.FramesReceived, record.Traffic.FramesSent)}"
            : close;
    }

    private static string Frame(CloseFrame? frame, CultureInfo culture) => frame switch
    {
        null => Texts.Get(culture, "FrameNone"),
        { IsEmpty: true } => Texts.Get(culture, "FrameEmpty"),
        { Reason: "" } => frame.Code.ToString(CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"{frame.Code} {UntrustedText.Quote(frame.Reason)}"),
    };

    private static string Advice(CloseRecord record, CultureInfo culture) => (record.Reconnect.Kind, record.Cause) switch
    {
        (ReconnectKind.NotApplicable, _) => Texts.Get(culture, "ReconnectByCode"),
        (ReconnectKind.No, CloseCause.PeerClosed) => record.Reconnect.Describe(culture),
        (ReconnectKind.No, CloseCause.Requested or CloseCause.Disposed or CloseCause.Aborted or CloseCause.Cancelled) =>
            Texts.Get(culture, "ReconnectNoWanted"),
        (ReconnectKind.No, _) => Texts.Get(culture, "ReconnectNoSameEnd"),
        _ => record.Reconnect.Describe(culture),
    };
}
