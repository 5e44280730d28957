using System.Net.Http.Headers;
using Cierre.Deflate;

namespace Cierre.Connections;

/// <summary>What the opening handshake agreed on.</summary>
/// <param name="Deflate">What our side of it does about compression; null: none was agreed on.</param>
/// <param name="Times">Of a client's opening.</param>
/// <param name="ResponseHeaders">Of the answer that a client got.</param>
internal sealed record OpeningInfo(
    string? Subprotocol, string Extensions, Uri? Url, Version HttpVersion, DeflateTerms? Deflate = null, OpeningTimes? Times = null,
    HttpResponseHeaders? ResponseHeaders = null)
{
    /// <summary>Of a server's connection.</summary>
    public static OpeningInfo Of(WebSocketNegotiation agreed) => new(agreed.Subprotocol, agreed.Extensions, agreed.Url, agreed.HttpVersion, agreed.Terms);

    public static readonly OpeningInfo InMemory = new(null, "", null, System.Net.HttpVersion.Version11);
}
