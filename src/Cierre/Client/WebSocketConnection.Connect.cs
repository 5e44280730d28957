using Cierre.Client;
using Cierre.Opening;

namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>Opens a connection to a server. RFC 6455 4.1.</summary>
    /// <param name="url">An absolute URL: ws, wss, or http and https, which mean the same. Without a fragment.</param>
    /// <param name="options">Subprotocols, headers, HTTP version, limits and times; null for the defaults.</param>
    /// <param name="cancellationToken">Gives the opening up; an open connection is not touched.</param>
    /// <returns>The open connection: to be closed or disposed.</returns>
    /// <exception cref="ArgumentException">The URL is relative, has another scheme or a fragment; a subprotocol or a required extension is not a token or is
    /// repeated; a header cannot be part of an opening request.</exception>
    /// <exception cref="WebSocketConnectException">The opening failed; its record says why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<WebSocketConnection> ConnectAsync(Uri url, WebSocketClientOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(url, options, earlyLossesBefore: 0, cancellationToken);

    internal static async Task<WebSocketConnection> OpenAsync(Uri url, WebSocketClientOptions? options, int earlyLossesBefore,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(url);
        options ??= new WebSocketClientOptions();
        options.CheckOpening();
        cancellationToken.ThrowIfCancellationRequested();
        return await new HttpUpgrade(UrlText.AddressOf(url), options, earlyLossesBefore).OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks that a URL can be one of a WebSocket, as an opening does before its first byte. RFC 6455 3, WHATWG WebSockets 3.1.</summary>
    /// <param name="url">The URL.</param>
    /// <exception cref="ArgumentNullException">Null.</exception>
    /// <exception cref="ArgumentException">It is relative, has another scheme than ws, wss, http or https, a fragment, a host that is no name and no address,
    /// or characters in its path or query that must be escaped.</exception>
    public static void ValidateUrl(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        _ = UrlText.AddressOf(url);
    }
}
