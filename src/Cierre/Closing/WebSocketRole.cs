namespace Cierre;

/// <summary>Which side of a connection this end is. A client masks its frames and a server does not, and the server ends TCP first (RFC 6455 5.1,
/// 7.1.1).</summary>
public enum WebSocketRole : byte
{
    /// <summary>This end opened the connection.</summary>
    Client = 0,

    /// <summary>This end accepted the connection.</summary>
    Server = 1,
}
