namespace Cierre;

/// <summary>Writes the words of a <see cref="CloseRecord"/> as JSON, logs and metrics have them.</summary>
public static class CloseWords
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

    /// <summary>Writes who may send a code: <c>no</c>, <c>yes</c>, <c>connection</c> or <c>client</c>.</summary>
    /// <param name="use">Who may send it.</param>
    /// <returns>Lower case letters.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value has no name.</exception>
    public static string ToKebabCase(this CloseCodeUse use) => use switch
    {
        CloseCodeUse.No => "no",
        CloseCodeUse.Yes => "yes",
        CloseCodeUse.Connection => "connection",
        CloseCodeUse.Client => "client",
        _ => throw new ArgumentOutOfRangeException(nameof(use), use, null),
    };

    /// <summary>Writes whether to connect again: <c>none</c>, <c>no</c>, <c>yes</c>, <c>after-new-credentials</c> or <c>other-address</c>.</summary>
    /// <param name="kind">The kind of advice.</param>
    /// <returns>Lower case letters and hyphens.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value has no name.</exception>
    public static string ToKebabCase(this ReconnectKind kind) => kind switch
    {
        ReconnectKind.None => "none",
        ReconnectKind.No => "no",
        ReconnectKind.Yes => "yes",
        ReconnectKind.AfterNewCredentials => "after-new-credentials",
        ReconnectKind.OtherAddress => "other-address",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
