namespace Cierre;

/// <summary>Names the close codes of RFC 6455 7.4.1 and of the IANA registry of WebSocket close codes.</summary>
/// <remarks>A close code is a plain <see cref="ushort"/>: every number may arrive, not only the named ones.</remarks>
public static partial class CloseCodes
{
    /// <summary>1000: the purpose of the connection is fulfilled. RFC 6455 7.4.1.</summary>
    public const ushort NormalClosure = 1000;

    /// <summary>1001: an endpoint goes away: a server stops, a browser leaves the page. RFC 6455 7.4.1.</summary>
    public const ushort GoingAway = 1001;

    /// <summary>1002: a peer broke the protocol. RFC 6455 7.4.1.</summary>
    public const ushort ProtocolError = 1002;

    /// <summary>1003: a message of a kind that the endpoint does not accept. RFC 6455 7.4.1.</summary>
    public const ushort UnsupportedData = 1003;

    /// <summary>1005: the close frame carried no code. Never on the wire. RFC 6455 7.4.1.</summary>
    public const ushort NoStatusReceived = 1005;

    /// <summary>1006: the connection ended without a valid close frame. Never on the wire. RFC 6455 7.4.1.</summary>
    public const ushort AbnormalClosure = 1006;

    /// <summary>1007: data that is not what its message type says, such as text that is not UTF-8. RFC 6455 7.4.1.</summary>
    public const ushort InvalidFramePayloadData = 1007;

    /// <summary>1008: a message or a behaviour that a policy forbids. RFC 6455 7.4.1.</summary>
    public const ushort PolicyViolation = 1008;

    /// <summary>1009: a message too big to process. RFC 6455 7.4.1.</summary>
    public const ushort MessageTooBig = 1009;

    /// <summary>1010: the client needs an extension that the server did not accept. RFC 6455 7.4.1.</summary>
    public const ushort MandatoryExtension = 1010;

    /// <summary>1011: an endpoint met an unexpected condition. RFC 6455 7.4.1.</summary>
    public const ushort InternalError = 1011;

    /// <summary>1012: the service restarts; reconnect after a random 5-30 s. IANA registry.</summary>
    public const ushort ServiceRestart = 1012;

    /// <summary>1013: the service is overloaded; try again later. IANA registry.</summary>
    public const ushort TryAgainLater = 1013;

    /// <summary>1014: a gateway got an invalid answer from its upstream. IANA registry.</summary>
    public const ushort BadGateway = 1014;

    /// <summary>1015: the TLS handshake failed. Never on the wire. RFC 6455 7.4.1.</summary>
    public const ushort TlsHandshake = 1015;

    /// <summary>3000: the credentials are missing, invalid or expired. IANA registry.</summary>
    public const ushort Unauthorized = 3000;

    /// <summary>3003: the credentials are fine, the permission is missing. IANA registry.</summary>
    public const ushort Forbidden = 3003;

    /// <summary>3008: too much time passed. IANA registry.</summary>
    public const ushort Timeout = 3008;
}
