using System.IO.Pipelines;
using Cierre.Testing.Hosting;
using Microsoft.AspNetCore.TestHost;

namespace Cierre.Testing;

/// <summary>Connects Cierre clients to an ASP.NET Core app in memory: a <see cref="TestServer"/>, such as <c>WebApplicationFactory.Server</c>.</summary>
/// <remarks>
/// The client is the whole client: its opening handshake goes through the HTTP stack as bytes, and a refusal is a <see cref="WebSocketConnectException"/> with
/// the status and the body. What is missing is the network and Kestrel. A client's <see cref="WebSocketConnection.Abort"/> reaches the app as the end of the
/// stream, where TCP would say a reset.
/// </remarks>
public static class TestServerExtensions
{
    /// <summary>Opens a connection to an endpoint of the app.</summary>
    /// <param name="server">The app.</param>
    /// <param name="path">The path and the query, such as <c>/chat?room=1</c>.</param>
    /// <param name="options">Subprotocols, headers, limits; null for the defaults. Its <see cref="WebSocketClientOptions.ConfigureHandler"/> is kept.</param>
    /// <param name="cancellationToken">Gives the opening up.</param>
    /// <returns>The open connection.</returns>
    /// <exception cref="WebSocketConnectException">The app refused; the record has its answer.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<WebSocketConnection> ConnectWebSocketAsync(
        this TestServer server, string path, WebSocketClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(path);
        // A copy: the caller may use its options for another server.
        options = (options ?? new WebSocketClientOptions()).WithHeader("User-Agent", "Cierre.Testing");
        options.UseTestServer(server);
        var url = new UriBuilder(new Uri(server.BaseAddress, path)) { Scheme = "ws", Port = -1 };
        return WebSocketConnection.ConnectAsync(url.Uri, options, cancellationToken);
    }

    /// <summary>Makes whatever is opened with these options reach the app: <c>ConnectAsync</c>, <c>KeepConnected</c> and the browser's API, with any <c>ws:</c>
    /// URL.</summary>
    /// <typeparam name="TOptions">The options' type.</typeparam>
    /// <param name="options">The options; what their <see cref="WebSocketClientOptions.ConfigureHandler"/> did is done too.</param>
    /// <param name="server">The app; to it the request has the scheme of <see cref="TestServer.BaseAddress"/>.</param>
    /// <returns>The same options.</returns>
    public static TOptions UseTestServer<TOptions>(this TOptions options, TestServer server)
        where TOptions : WebSocketClientOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(server);
        Action<System.Net.Http.SocketsHttpHandler>? before = options.ConfigureHandler;
        options.ConfigureHandler = handler =>
        {
            before?.Invoke(handler);
            handler.UseProxy = false;
            handler.ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(Dial(server));
        };
        return options;
    }

    private static DuplexStream Dial(TestServer server)
    {
        var memory = new PipeOptions(useSynchronizationContext: false);
        Pipe toServer = new(memory), toClient = new(memory);
        _ = new HttpFront(server, toServer.Reader, toClient.Writer).RunAsync();
        return new DuplexStream(toClient.Reader, toServer.Writer);
    }
}
