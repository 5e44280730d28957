namespace Cierre;

/// <summary>Names the first thing that happened on the way to the end of a connection.</summary>
/// <remarks>In JSON, logs and metrics the names are written in kebab-case: <c>peer-closed</c>.</remarks>
public enum CloseCause
{
    /// <summary>The peer's close frame came first; its code says the rest.</summary>
    PeerClosed,

    /// <summary>Our application asked for the close.</summary>
    Requested,

    /// <summary>The endpoint's handler returned.</summary>
    HandlerReturned,

    /// <summary>The endpoint's handler threw: the exception is in the record and is never sent to the peer. Or a text that the application sent piece by piece
    /// ended inside
    /// a character.</summary>
    HandlerFailed,

    /// <summary>The host stops and drains its connections.</summary>
    HostStopping,

    /// <summary>The server was at capacity, or shed load.</summary>
    LoadShed,

    /// <summary>The peer broke the protocol: 1002.</summary>
    ProtocolViolation,

    /// <summary>The peer sent data that is not what it claims to be: 1007.</summary>
    InvalidData,

    /// <summary>The peer sent a message over the limit: 1009.</summary>
    MessageTooBig,

    /// <summary>The peer sent a message of a kind that is not accepted: 1003.</summary>
    UnsupportedData,

    /// <summary>The peer broke one of our limits: 1008.</summary>
    PolicyViolation,

    /// <summary>The credentials are missing, invalid or expired: 3000.</summary>
    Unauthorized,

    /// <summary>The permission is missing: 3003.</summary>
    Forbidden,

    /// <summary>A handler's deadline passed: 3008.</summary>
    Deadline,

    /// <summary>No message went either way for longer than the idle timeout: 3008.</summary>
    IdleTimeout,

    /// <summary>The server did not accept an extension that the client requires: 1010.</summary>
    ExtensionMissing,

    /// <summary>A keep-alive ping was not answered in time: 1011.</summary>
    PingTimeout,

    /// <summary>The peer did not answer our close frame in time.</summary>
    CloseTimeout,

    /// <summary>The peer ended its stream (TCP FIN, TLS close_notify, HTTP/2 END_STREAM) without a close frame.</summary>
    EndOfStream,

    /// <summary>The transport was reset (TCP RST, HTTP/2 RST_STREAM) without a close frame.</summary>
    ConnectionReset,

    /// <summary>Our connection object was disposed: 1001.</summary>
    Disposed,

    /// <summary>Our application aborted the connection; nothing was sent.</summary>
    Aborted,

    /// <summary>Never opened: the host name could not be resolved.</summary>
    NameNotResolved,

    /// <summary>Never opened: the port is closed, or the host not reachable.</summary>
    ConnectionRefused,

    /// <summary>Never opened: the opening took longer than allowed.</summary>
    ConnectTimeout,

    /// <summary>Never opened: the proxy could not be reached or refused.</summary>
    ProxyFailed,

    /// <summary>Never opened: the TLS handshake failed: 1015.</summary>
    TlsFailed,

    /// <summary>Never opened: the server answered with an HTTP status of 3xx, 4xx or 5xx.</summary>
    HttpStatus,

    /// <summary>Never opened: the answer was not a WebSocket opening handshake. RFC 6455 4.1.</summary>
    BadHandshake,

    /// <summary>Never opened: the opening was cancelled.</summary>
    Cancelled,

    /// <summary>The gateway's other side could not be reached or failed: 1014.</summary>
    UpstreamFailed,
}
