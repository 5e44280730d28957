using System.IO.Pipelines;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>Creates two connected ends in memory, open from the start: for tests of code that uses connections.</summary>
    /// <param name="clientOptions">The client end's options; null for the defaults.</param>
    /// <param name="serverOptions">The server end's options; null for the defaults.</param>
    /// <returns>Both ends. Everything is real but the network.</returns>
    public static (WebSocketConnection Client, WebSocketConnection Server) CreatePair(WebSocketConnectionOptions? clientOptions = null, WebSocketConnectionOptions? serverOptions = null)
    {
        var options = new PipeOptions(useSynchronizationContext: false);
        var toServer = new Pipe(options);
        var toClient = new Pipe(options);
        WebSocketConnection client = End(Role.Client, clientOptions, toClient.Reader, toServer.Writer);
        WebSocketConnection server = End(Role.Server, serverOptions, toServer.Reader, toClient.Writer);
        client.Start();
        server.Start();
        return (client, server);
    }

    private static WebSocketConnection End(Role role, WebSocketConnectionOptions? options, PipeReader input, PipeWriter output) =>
        new(role, options ?? new WebSocketConnectionOptions(), new PipeTransport(input, new DuplexWire(input, output)), OpeningInfo.InMemory);
}
