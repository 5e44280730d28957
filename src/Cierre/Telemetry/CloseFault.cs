namespace Cierre.Telemetry;

/// <summary>Which ends are errors. As with HTTP: the server's, where the server is at fault; the client's, where it did not get what it came for.</summary>
internal static class CloseFault
{
    /// <param name="isClient">Whose record it is.</param>
    public static bool IsError(CloseRecord record, bool isClient) => record.Cause switch
    {
        CloseCause.HandlerFailed or CloseCause.UpstreamFailed => true,
        CloseCause.PeerClosed => isClient && IsComplaint(record.Code),
        CloseCause.Requested or CloseCause.HandlerReturned or CloseCause.HostStopping or CloseCause.LoadShed or CloseCause.Disposed or CloseCause.Aborted
            or CloseCause.Cancelled or CloseCause.Unauthorized or CloseCause.Forbidden or CloseCause.Deadline or CloseCause.IdleTimeout => false,
        // What the peer broke, or the network.
        _ => isClient,
    };

    /// <summary>RFC 6455 7.4.1 and the IANA registry: the codes that say that something went wrong, not that somebody leaves or will be back.</summary>
    private static bool IsComplaint(ushort code) => code is (>= 1002 and <= 1003) or (>= 1007 and <= 1011) or 1014 or 3000 or 3003 or 3008;
}
