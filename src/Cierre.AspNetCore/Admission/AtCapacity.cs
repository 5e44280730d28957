namespace Cierre.AspNetCore;

/// <summary>Says how a handshake is answered for which there is no place.</summary>
public enum AtCapacity
{
    /// <summary>With 503 and <c>Retry-After</c>: the cheapest, but no browser lets a page read it.</summary>
    Refuse,

    /// <summary>By accepting it and closing with 1013, which a page can read. At most as many of these are open at a time as the limit allows connections; beyond, 503.</summary>
    Close,
}
