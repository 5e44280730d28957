namespace Cierre.AspNetCore;

/// <summary>What the handler of a detached endpoint still has of its request.</summary>
[Flags]
public enum DetachedParts
{
    /// <summary>Nothing: the connection alone.</summary>
    None = 0,

    /// <summary><c>HttpContext.User</c>.</summary>
    User = 1,

    /// <summary><c>HttpRequest.RouteValues</c>.</summary>
    RouteValues = 2,

    /// <summary><c>HttpRequest.Query</c>.</summary>
    Query = 4,

    /// <summary><c>HttpContext.Items</c>.</summary>
    Items = 8,

    /// <summary><c>HttpContext.RequestServices</c>: a scope of the connection's own, which ends with it.</summary>
    Services = 16,
}
