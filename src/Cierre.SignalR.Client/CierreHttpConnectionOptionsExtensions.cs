using System.Net;
using System.Net.WebSockets;
using Cierre;
using Microsoft.AspNetCore.Http.Connections.Client;

// Where HubConnectionBuilder is, so that a hub's client needs no further using.
namespace Microsoft.AspNetCore.SignalR.Client;

/// <summary>Puts Cierre under SignalR's .NET client.</summary>
public static class CierreHttpConnectionOptionsExtensions
{
    private const string Authorization = "Authorization", RequestedWith = "X-Requested-With";

    /// <summary>Opens the WebSockets of a hub connection with Cierre: <c>WithUrl(url, options => options.UseCierre())</c>. docs/drop-in.md.</summary>
    /// <remarks>
    /// <para>What SignalR's options say is kept, as they stand when a connection is opened: <see cref="HttpConnectionOptions.Headers"/>,
    /// <see cref="HttpConnectionOptions.AccessTokenProvider"/>, <see cref="HttpConnectionOptions.Cookies"/>,
    /// <see cref="HttpConnectionOptions.ClientCertificates"/>, <see cref="HttpConnectionOptions.Proxy"/>, <see cref="HttpConnectionOptions.Credentials"/> and
    /// <see cref="HttpConnectionOptions.UseDefaultCredentials"/>. Negotiation, the other transports and reconnecting are SignalR's as before. A User-Agent is
    /// sent where the headers name one.</para>
    /// <para><see cref="HttpConnectionOptions.WebSocketConfiguration"/> sets up a <see cref="ClientWebSocket"/>, of which there is none: say it with
    /// <paramref name="configure"/>. Without negotiation an opening that fails throws <see cref="WebSocketConnectException"/>, whose record says
    /// why.</para>
    /// </remarks>
    /// <param name="options">The options of the hub connection.</param>
    /// <param name="configure">Changes the options of each opening that SignalR's cannot say: limits, times, TLS, trace. Where both say something, SignalR's
    /// count. Null: the defaults.</param>
    /// <param name="connected">Called with each connection once it is open, the first and those that follow it: its
    /// <see cref="WebSocketConnection.Closed"/> gives the record of its end. What it throws fails the opening. Null: nobody is told.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="ArgumentNullException">No options.</exception>
    /// <exception cref="NotSupportedException"><see cref="HttpConnectionOptions.WebSocketConfiguration"/> is set; where it is set later, the opening throws
    /// this.</exception>
    public static HttpConnectionOptions UseCierre(
        this HttpConnectionOptions options, Action<WebSocketClientOptions>? configure = null, Action<WebSocketConnection>? connected = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        RefuseWebSocketConfiguration(options);
        options.WebSocketFactory = (context, cancellationToken) => ConnectAsync(context, configure, connected, cancellationToken);
        return options;
    }

    private static async ValueTask<WebSocket> ConnectAsync(WebSocketConnectionContext context, Action<WebSocketClientOptions>? configure,
        Action<WebSocketConnection>? connected, CancellationToken cancellationToken)
    {
        RefuseWebSocketConfiguration(context.Options);
        var options = new WebSocketClientOptions();
        configure?.Invoke(options);
        // SignalR hands on the provider that the negotiation's answer may have replaced.
        string? token = context.Options.AccessTokenProvider is { } provider ? await provider().ConfigureAwait(false) : null;
        SetHeaders(options.Headers, context.Options.Headers, token);
        SetConnection(options, context.Options);
        WebSocket socket = await CierreSockets.ConnectAsync(context.Uri, options, cancellationToken).ConfigureAwait(false);
        try
        {
            connected?.Invoke(socket.GetCierre()!);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void SetHeaders(IList<KeyValuePair<string, string>> headers, IDictionary<string, string> given, string? token)
    {
        // By this a server's cookie authentication knows that a redirect to a page for signing in is no answer.
        if (!headers.Any(header => Is(header, RequestedWith))) headers.Add(new(RequestedWith, "XMLHttpRequest"));
        foreach ((string name, string value) in given) Set(headers, name, value);
        if (!string.IsNullOrWhiteSpace(token)) Set(headers, Authorization, $"Bearer {token}");
    }

    private static void Set(IList<KeyValuePair<string, string>> headers, string name, string value)
    {
        for (int i = headers.Count - 1; i >= 0; i--)
        {
            if (Is(headers[i], name)) headers.RemoveAt(i);
        }

        headers.Add(new(name, value));
    }

    private static bool Is(KeyValuePair<string, string> header, string name) => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static void SetConnection(WebSocketClientOptions options, HttpConnectionOptions given)
    {
        if (given.Credentials is not null) options.Credentials = given.Credentials;
        if (given.UseDefaultCredentials == true) options.Credentials = CredentialCache.DefaultCredentials;
        if (given.Proxy is not null) options.Proxy = given.Proxy;
        if (given.ClientCertificates is { Count: > 0 } certificates)
        {
            var tls = options.ConfigureTls;
            options.ConfigureTls = ssl =>
            {
                tls?.Invoke(ssl);
                ssl.ClientCertificates = certificates;
            };
        }

        if (given.Cookies is not { } cookies) return;
        var handler = options.ConfigureHandler;
        options.ConfigureHandler = http =>
        {
            handler?.Invoke(http);
            http.UseCookies = true;
            http.CookieContainer = cookies;
        };
    }

    private static void RefuseWebSocketConfiguration(HttpConnectionOptions options)
    {
        if (options.WebSocketConfiguration is null) return;
        throw new NotSupportedException(
            $"{nameof(HttpConnectionOptions)}.{nameof(HttpConnectionOptions.WebSocketConfiguration)} is not supported with {nameof(UseCierre)}, because it "
            + $"sets up a {nameof(ClientWebSocket)}, and there is none: pass {nameof(UseCierre)} a delegate that sets up {nameof(WebSocketClientOptions)}.");
    }
}
