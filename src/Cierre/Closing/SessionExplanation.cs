using System.Globalization;

namespace Cierre.Closing;

/// <summary>Says in words how a session went. What is known comes first, then its connections, the oldest first.</summary>
internal static class SessionExplanation
{
    public static string Of(SessionStory story, CultureInfo culture)
    {
        // A client has it from the server.
        string id = UntrustedText.Escape(story.Id);
        string count = CloseDetail.Connections(story.ConnectionCount).In(culture);
        List<string> lines =
        [
            story.Lost is { } reason
                ? Texts.Format(culture, "ExplainSessionLost", id, count, Loss(reason, culture))
                : Texts.Format(culture, "ExplainSessionWhole", id, count),
        ];
        foreach (SessionConnection connection in story.Connections) lines.Add(Line(connection, culture));
        return string.Join("\n  ", lines);
    }

    /// <summary>Why a session is lost, in words.</summary>
    public static string Loss(string reason, CultureInfo culture) => Texts.Get(culture, LossKey(reason));

    /// <summary>The same as a key of <see cref="Texts"/>.</summary>
    public static string LossKey(string reason) => reason switch
    {
        LossReason.Expired => "SessionLossExpired",
        LossReason.NodeLost => "SessionLossNodeLost",
        LossReason.RolledBack => "SessionLossRolledBack",
        LossReason.BufferFull => "SessionLossBufferFull",
        LossReason.GivenUp => "SessionLossGivenUp",
        _ => "SessionLossUnknown",
    };

    private static string Line(SessionConnection connection, CultureInfo culture)
    {
        string carried = Texts.Format(culture, "ExplainSessionConnection", UntrustedText.Escape(connection.Node), SpanOfTime.In(culture, connection.Duration),
            connection.Code, connection.Cause.ToKebabCase());
        if (connection.Pause is not { } pause) return carried;
        (string after, string byThisSide) = (SpanOfTime.In(culture, pause), CloseDetail.Messages(connection.RepeatedByThisSide).In(culture));
        string resumed = connection.RepeatedByPeer is { } byPeer
            ? Texts.Format(culture, "ExplainSessionResumed", after, byThisSide, byPeer)
            : Texts.Format(culture, "ExplainSessionResumedUnsaid", after, byThisSide);
        return $"{carried} {resumed}";
    }
}

/// <summary>Why a session is lost.</summary>
internal static class LossReason
{
    /// <summary>It was away longer than its window.</summary>
    public const string Expired = "expired";

    /// <summary>It lived on a server that is not here.</summary>
    public const string NodeLost = "node-lost";

    /// <summary>One side has forgotten what the other counts on.</summary>
    public const string RolledBack = "rolled-back";

    /// <summary>Too much waited for it.</summary>
    public const string BufferFull = "buffer-full";

    /// <summary>Nothing is said of it: whether it exists is its holder's business.</summary>
    public const string Unknown = "unknown";

    /// <summary>This side gave it up: it tries no further connection, or waits for none. Never said to the peer.</summary>
    public const string GivenUp = "given-up";

    /// <summary>What the peer is told.</summary>
    public static string ForPeer(string? reason) => reason is null or GivenUp ? Unknown : reason;
}
