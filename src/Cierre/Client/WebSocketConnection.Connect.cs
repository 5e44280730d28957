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

    /// <summary>WHATWG WebSockets 3.1: http and https are mapped, a fragment is refused. RFC 6455 3.</summary>
    /// <exception cref="ArgumentException">It is no address of a WebSocket.</exception>
    internal static Uri Address(Uri url)
    {
        if (!url.IsAbsoluteUri) throw new ArgumentException($"The URL '{url}' is relative; an absolute ws or wss URL is needed.", nameof(url));
        if (url.Fragment.Length != 0) throw new ArgumentException($"The URL '{url}' has a fragment, which a WebSocket URL must not have.", nameof(url));
        string scheme = url.Scheme switch
        {
            "ws" or "http" => "ws",
            "wss" or "https" => "wss",
            _ => throw new ArgumentException($"The URL '{url}' has the scheme '{url.Scheme}'; ws or wss is needed.", nameof(url)),
        };
        return url.Scheme == scheme ? url : new UriBuilder(url) { Scheme = scheme, Port = url.IsDefaultPort ? -1 : url.Port }.Uri;
    }

    /// <exception cref="ArgumentException">A header cannot be part of an opening request, or a required extension is not a token or is repeated.</exception>
    internal static void Check(WebSocketClientOptions options)
    {
        RequiredExtensions.Validate(options.RequiredExtensions);
        using var request = new HttpRequestMessage();
        foreach ((string name, string value) in options.Headers)
        {
            if (value.AsSpan().ContainsAny('\r', '\n', '\0')) throw new ArgumentException($"The value of the header '{name}' has a line end or NUL in it.", nameof(options));
            if (name.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase) || !request.Headers.TryAddWithoutValidation(name, value))
            {
                throw new ArgumentException($"The header '{name}' cannot be set: it is part of the handshake itself, or no header of a request.", nameof(options));
            }
        }
    }
}
