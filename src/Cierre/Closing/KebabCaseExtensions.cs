namespace Cierre;

/// <summary>Writes the words of a <see cref="CloseRecord"/> as JSON, logs and metrics have them.</summary>
public static class KebabCaseExtensions
{
    /// <summary>Writes a cause in kebab-case: <c>peer-closed</c>.</summary>
    /// <param name="cause">The cause.</param>
    /// <returns>Lower case letters and hyphens.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value has no name.</exception>
    public static string ToKebabCase(this CloseCause cause) => cause switch
    {
        CloseCause.PeerClosed => "peer-closed",
        CloseCause.Requested => "requested",
        CloseCause.HandlerReturned => "handler-returned",
        CloseCause.HandlerFailed => "handler-failed",
        CloseCause.HostStopping => "host-stopping",
        CloseCause.LoadShed => "load-shed",
        CloseCause.ProtocolViolation => "protocol-violation",
        CloseCause.InvalidData => "invalid-data",
        CloseCause.MessageTooBig => "message-too-big",
        CloseCause.UnsupportedData => "unsupported-data",
        CloseCause.PolicyViolation => "policy-violation",
        CloseCause.Unauthorized => "unauthorized",
        CloseCause.Forbidden => "forbidden",
        CloseCause.Deadline => "deadline",
        CloseCause.IdleTimeout => "idle-timeout",
        CloseCause.ExtensionMissing => "extension-missing",
        CloseCause.PingTimeout => "ping-timeout",
        CloseCause.CloseTimeout => "close-timeout",
        CloseCause.EndOfStream => "end-of-stream",
        CloseCause.ConnectionReset => "connection-reset",
        CloseCause.Disposed => "disposed",
        CloseCause.Aborted => "aborted",
        CloseCause.SessionLost => "session-lost",
        CloseCause.NameNotResolved => "name-not-resolved",
        CloseCause.ConnectionRefused => "connection-refused",
        CloseCause.ConnectTimeout => "connect-timeout",
        CloseCause.ProxyFailed => "proxy-failed",
        CloseCause.TlsFailed => "tls-failed",
        CloseCause.HttpStatus => "http-status",
        CloseCause.BadHandshake => "bad-handshake",
        CloseCause.Cancelled => "cancelled",
        CloseCause.UpstreamFailed => "upstream-failed",
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, null),
    };

    /// <summary>Writes who ended the connection: <c>local</c>, <c>remote</c> or <c>network</c>.</summary>
    /// <param name="endedBy">Who decided first.</param>
    /// <returns>Lower case letters.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value has no name.</exception>
    public static string ToKebabCase(this EndedBy endedBy) => endedBy switch
    {
        EndedBy.Local => "local",
        EndedBy.Remote => "remote",
        EndedBy.Network => "network",
        _ => throw new ArgumentOutOfRangeException(nameof(endedBy), endedBy, null),
    };
}
