namespace Cierre.Connections;

/// <summary>What the opening handshake agreed on.</summary>
internal sealed record OpeningInfo(string? Subprotocol, string Extensions, Uri? Url, Version HttpVersion)
{
    public static readonly OpeningInfo InMemory = new(null, "", null, System.Net.HttpVersion.Version11);
}
