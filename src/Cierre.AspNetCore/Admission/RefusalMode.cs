namespace Cierre.AspNetCore;

/// <summary>Says how a WebSocket that is not to be had is refused.</summary>
public enum RefusalMode
{
    /// <summary>With an HTTP status: the cheapest, and what proxies, load balancers and logs understand, but no browser lets a page read it.</summary>
    Status = 0,

    /// <summary>By accepting the handshake and closing, which a page can read.</summary>
    Close = 1,
}
