namespace Cierre.Opening;

/// <summary>What a client must know of the answer to judge it. A header is a list with one value a header line; empty: not sent.</summary>
internal sealed record OpeningResponse
{
    public required int Status { get; init; }

    public bool IsHttp2 { get; init; }

    /// <summary>That of the status line.</summary>
    public Version HttpVersion { get; init; } = System.Net.HttpVersion.Version11;

    public IReadOnlyList<string> Upgrade { get; init; } = [];

    public IReadOnlyList<string> Connection { get; init; } = [];

    /// <summary>Sec-WebSocket-Accept.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>Sec-WebSocket-Protocol.</summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = [];

    /// <summary>Sec-WebSocket-Extensions.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];
}
