namespace Cierre.Opening;

/// <summary>What a server must know of a request to judge it. A header is a list with one value a header line; empty: not sent.</summary>
internal sealed record OpeningRequest
{
    public required string Method { get; init; }

    public bool IsHttp2 { get; init; }

    /// <summary>RFC 9110 7.8: of HTTP/1.0, in which a server ignores Upgrade.</summary>
    public bool IsHttp10 { get; init; }

    /// <summary>Whether content comes with it, or is announced: Content-Length, Transfer-Encoding.</summary>
    public bool HasContent { get; init; }

    /// <summary>The methods that others answer at the same address, in the order of their names.</summary>
    public IReadOnlyList<string> OtherMethods { get; init; } = [];

    /// <summary>The pseudo-header :protocol of an extended CONNECT (RFC 8441 4), or null.</summary>
    public string? Protocol { get; init; }

    /// <summary>How many Host header lines came; read over HTTP/1.1 only.</summary>
    public required int HostCount { get; init; }

    public IReadOnlyList<string> Upgrade { get; init; } = [];

    public IReadOnlyList<string> Connection { get; init; } = [];

    /// <summary>Sec-WebSocket-Key.</summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>Sec-WebSocket-Version.</summary>
    public IReadOnlyList<string> Version { get; init; } = [];

    /// <summary>Sec-WebSocket-Protocol.</summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = [];

    /// <summary>Sec-WebSocket-Extensions.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];
}
