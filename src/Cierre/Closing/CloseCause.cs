namespace Cierre;

/// <summary>Names the first thing that happened on the way to the end of a connection.</summary>
/// <remarks>In JSON, logs and metrics the names are written in kebab-case: <c>peer-closed</c>.</remarks>
public enum CloseCause
{
    /// <summary>The peer's close frame came first; its code says the rest.</summary>
    PeerClosed = 0,

    /// <summary>Our application asked for the close.</summary>
    Requested = 1,

    /// <summary>The endpoint's handler returned.</summary>
    HandlerReturned = 2,

    /// <summary>The endpoint's handler threw: the exception is in the record and is never sent to the peer. Or a text that the application sent piece by piece
    /// ended inside a character.</summary>
    HandlerFailed = 3,

    /// <summary>The host stops and drains its connections.</summary>
    HostStopping = 4,

    /// <summary>The server was at capacity, or shed load.</summary>
    LoadShed = 5,

    /// <summary>The peer broke the protocol: 1002.</summary>
    ProtocolViolation = 6,

    /// <summary>The peer sent data that is not what it claims to be: 1007.</summary>
    InvalidData = 7,

    /// <summary>The peer sent a message over the limit: 1009.</summary>
    MessageTooBig = 8,

    /// <summary>The peer sent a message of a kind that is not accepted: 1003.</summary>
    UnsupportedData = 9,

    /// <summary>The peer broke one of our limits: 1008.</summary>
    PolicyViolation = 10,

    /// <summary>The credentials are missing, invalid or expired: 3000.</summary>
    Unauthorized = 11,

    /// <summary>The permission is missing: 3003.</summary>
    Forbidden = 12,

    /// <summary>A handler's deadline passed: 3008.</summary>
    Deadline = 13,

    /// <summary>No message went either way for longer than the idle timeout: 3008.</summary>
    IdleTimeout = 14,

    /// <summary>The server did not accept an extension that the client requires: 1010.</summary>
    ExtensionMissing = 15,

    /// <summary>A keep-alive ping was not answered in time: 1011.</summary>
    PingTimeout = 16,

    /// <summary>The peer did not answer our close frame in time.</summary>
    CloseTimeout = 17,

    /// <summary>The peer ended its stream (TCP FIN, TLS close_notify, HTTP/2 END_STREAM) without a close frame.</summary>
    EndOfStream = 18,

    /// <summary>The transport was reset (TCP RST, HTTP/2 RST_STREAM) without a close frame.</summary>
    ConnectionReset = 19,

    /// <summary>Our connection object was disposed: 1001.</summary>
    Disposed = 20,

    /// <summary>Our application aborted the connection; nothing was sent.</summary>
    Aborted = 21,

    /// <summary>Never opened: the host name could not be resolved.</summary>
    NameNotResolved = 22,

    /// <summary>Never opened: the port is closed, or the host not reachable.</summary>
    ConnectionRefused = 23,

    /// <summary>Never opened: the opening took longer than allowed.</summary>
    ConnectTimeout = 24,

    /// <summary>Never opened: the proxy could not be reached or refused.</summary>
    ProxyFailed = 25,

    /// <summary>Never opened: the TLS handshake failed: 1015.</summary>
    TlsFailed = 26,

    /// <summary>Never opened: the server answered with an HTTP status of 3xx, 4xx or 5xx.</summary>
    HttpStatus = 27,

    /// <summary>Never opened: the answer was not a WebSocket opening handshake. RFC 6455 4.1.</summary>
    BadHandshake = 28,

    /// <summary>Never opened: the opening was cancelled.</summary>
    Cancelled = 29,

    /// <summary>The gateway's other side could not be reached or failed: 1014.</summary>
    UpstreamFailed = 30,

    /// <summary>The session that the connection carried is lost: it cannot go on over another connection. The code is that of its last connection.</summary>
    SessionLost = 31,
}
