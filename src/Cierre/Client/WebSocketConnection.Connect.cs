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

    internal static async Task<WebSocketConnection> OpenAsync(Uri url, WebSocketClientOptions? options, int earlyLossesBefore, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(url);
        options ??= new WebSocketClientOptions();
        Subprotocols.Validate([.. options.Subprotocols]);
        Check(options);
        cancellationToken.ThrowIfCancellationRequested();
        return await new HttpUpgrade(Address(url), options, earlyLossesBefore).OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="UrlText.AddressOf"/>
    internal static Uri Address(Uri url) => UrlText.AddressOf(url);

    /// <exception cref="ArgumentException">A header cannot be part of an opening request, or a required extension is not a token or is repeated.</exception>
    internal static void Check(WebSocketClientOptions options)
    {
        RequiredExtensions.Validate(options.RequiredExtensions);
        RequestHeaders.Check(options.Headers);
    }
}
