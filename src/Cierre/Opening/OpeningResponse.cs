namespace Cierre.Opening;

/// <summary>What a client must know of the answer to judge it. A header is a list with the values of its lines; empty: it was not sent.</summary>
internal sealed record OpeningResponse
{
    public required int Status { get; init; }

    public bool IsHttp2 { get; init; }

    /// <summary>That of the status line.</summary>
    public Version HttpVersion { get; init; } = System.Net.HttpVersion.Version11;

    public IReadOnlyList<string> UpgradeHeaders { get; init; } = [];

    public IReadOnlyList<string> ConnectionHeaders { get; init; } = [];

    /// <summary>Sec-WebSocket-Accept.</summary>
    public IReadOnlyList<string> AcceptHeaders { get; init; } = [];

    /// <summary>Sec-WebSocket-Protocol.</summary>
    public IReadOnlyList<string> SubprotocolHeaders { get; init; } = [];

    /// <summary>Sec-WebSocket-Extensions.</summary>
    public IReadOnlyList<string> ExtensionHeaders { get; init; } = [];
}
