namespace Cierre;

/// <summary>Tells who may pass a close code to a close call.</summary>
[Flags]
public enum AllowedSenders
{
    /// <summary>Nobody: the code never stands in a close frame (RFC 6455 7.4.1), or may not stand there.</summary>
    None = 0,

    /// <summary>A client's connection.</summary>
    Client = 1,

    /// <summary>A server's connection.</summary>
    Server = 2,

    /// <summary>The browser's API (WHATWG WebSockets, <c>close(code, reason)</c>): 1000 and 3000-4999.</summary>
    Browser = 4,
}
