using Cierre.Deflate;

namespace Cierre;

/// <summary>Says what an opening handshake agreed on: for a connection over a stream on which somebody else has opened a WebSocket,
/// <see cref="WebSocketConnection.CreateFromPipe"/>. RFC 6455 4.2.2.</summary>
public sealed class WebSocketNegotiation
{
    /// <summary>Says that nothing was agreed on but a WebSocket over HTTP/1.1.</summary>
    public WebSocketNegotiation() { }

    private WebSocketNegotiation(WebSocketNegotiation other) =>
        (Subprotocol, Extensions, Url, HttpVersion, Terms) = (other.Subprotocol, other.Extensions, other.Url, other.HttpVersion, other.Terms);

    /// <summary>The subprotocol of the server's answer; null for none. RFC 6455 1.9.</summary>
    public string? Subprotocol { get; init; }

    /// <summary>The extensions, as the server's answer says them in <c>Sec-WebSocket-Extensions</c>; empty for none. RFC 6455 9.1.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public string Extensions
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Extensions));
            field = value;
        }
    } = "";

    /// <summary>The address that was opened; null where there is none.</summary>
    public Uri? Url { get; init; }

    /// <summary>The HTTP version that carried the handshake; default 1.1.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public Version HttpVersion
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(HttpVersion));
            field = value;
        }
    } = System.Net.HttpVersion.Version11;

    /// <summary>What the end that negotiated does about compression, a server's after <see cref="WebSocketHandshake.Check"/>; null: none was agreed on, or not
    /// here.</summary>
    internal DeflateTerms? Terms { get; init; }

    internal WebSocketNegotiation With(string? subprotocol) => new(this) { Subprotocol = subprotocol };

    internal WebSocketNegotiation With(DeflateTerms? terms) => new(this) { Terms = terms };
}
