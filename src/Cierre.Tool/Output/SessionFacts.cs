namespace Cierre.Tool.Output;

/// <summary>How many messages went once more over the next connection; null where it is not known.</summary>
internal readonly record struct RepeatedMessages(long? ToClient, long? ToServer)
{
    /// <param name="isClient">Whose view it is.</param>
    public static RepeatedMessages Of(SessionConnection before, bool isClient) => isClient
        ? new RepeatedMessages(before.RepeatedByPeer, before.RepeatedByThisSide)
        : new RepeatedMessages(before.RepeatedByThisSide, before.RepeatedByPeer);
}

/// <summary>Why something happened to a session, in the word that programs read.</summary>
internal static class SessionReason
{
    /// <summary>Of a parked one what ended its connection, of one that is over what <see cref="SessionStory.Lost"/> or its record says; else null.</summary>
    public static string? Of(SessionChange change) =>
        change.Record is { } record ? record.Session?.Lost ?? record.Cause.ToKebabCase()
        : change.Kind == SessionChangeKind.Parked ? change.LastConnection?.Cause.ToKebabCase()
        : null;
}
