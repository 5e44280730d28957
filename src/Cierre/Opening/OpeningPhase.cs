namespace Cierre;

/// <summary>Names what a client does one after the other to open a connection. RFC 6455 4.1.</summary>
public enum OpeningPhase
{
    /// <summary>The host name is resolved.</summary>
    NameResolution = 0,

    /// <summary>The TCP connection is opened: to the server, or to a proxy. A dial of the application's own resolves the name in it, too.</summary>
    Tcp = 1,

    /// <summary>A proxy opens the way to the server, including TLS with the server behind it.</summary>
    Proxy = 2,

    /// <summary>The TLS handshake.</summary>
    Tls = 3,

    /// <summary>The opening handshake over HTTP, from the request to its answer.</summary>
    Upgrade = 4,
}
