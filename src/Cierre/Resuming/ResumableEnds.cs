namespace Cierre.Resuming;

/// <summary>After which end of a connection its session goes on over another one.</summary>
internal static class ResumableEnds
{
    /// <summary>What a client comes back after. A close frame without a code too, because a browser's page that goes away sends none or 1001.</summary>
    private static bool MayComeBack(int code) => code is CloseCodes.GoingAway or CloseCodes.NoStatusReceived or CloseCodes.AbnormalClosure
        or CloseCodes.InternalError or CloseCodes.ServiceRestart or CloseCodes.TryAgainLater or CloseCodes.BadGateway or CloseCodes.Timeout;

    /// <param name="role">Whose record it is.</param>
    /// <param name="record">How the connection ended.</param>
    public static bool Allows(WebSocketRole role, CloseRecord record)
    {
        if (role == WebSocketRole.Client) return MayComeBack(record.Code);
        // A page that goes away may come back, from the back/forward cache; every other word of the client's is its last.
        if (record.EndedBy == EndedBy.Remote && record.Received is not null) return record.Code is CloseCodes.GoingAway or CloseCodes.NoStatusReceived;
        return MayComeBack(record.Sent?.Code ?? CloseCodes.AbnormalClosure);
    }
}
