using System.IO.Pipelines;
using Cierre.Connections;
using Cierre.Deflate;
using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>Creates two connected ends in memory, open from the start: for tests of code that uses connections.</summary>
    /// <param name="clientOptions">The client end's options; null for the defaults.</param>
    /// <param name="serverOptions">The server end's options; null for the defaults.</param>
    /// <returns>Both ends. Everything is real but the network and the opening; compression is agreed on where both have it.</returns>
    public static (WebSocketConnection Client, WebSocketConnection Server) CreatePair(WebSocketConnectionOptions? clientOptions = null,
        WebSocketConnectionOptions? serverOptions = null)
    {
        var options = new PipeOptions(useSynchronizationContext: false);
        var toServer = new Pipe(options);
        var toClient = new Pipe(options);
        clientOptions ??= new WebSocketConnectionOptions();
        serverOptions ??= new WebSocketConnectionOptions();
        (OpeningInfo ours, OpeningInfo theirs) = Agree(clientOptions.Compression, serverOptions.Compression);
        WebSocketConnection client = End(WebSocketRole.Client, clientOptions, toClient.Reader, toServer.Writer, ours);
        WebSocketConnection server = End(WebSocketRole.Server, serverOptions, toServer.Reader, toClient.Writer, theirs);
        client.Start();
        server.Start();
        return (client, server);
    }

    private static (OpeningInfo Client, OpeningInfo Server) Agree(DeflateOptions? client, DeflateOptions? server)
    {
        if (client is null || server is null) return (OpeningInfo.InMemory, OpeningInfo.InMemory);
        DeflateParameters? accepted = DeflateNegotiation.Accept(DeflateNegotiation.Offers(client), server, out ExtensionOffer answer);
        OpeningInfo info = OpeningInfo.InMemory with { Extensions = ExtensionList.Format([answer]) };
        return (info with { Deflate = DeflateNegotiation.Check(answer, client, out _)!.For(server: false, client) },
            info with { Deflate = accepted!.For(server: true, server) });
    }

    private static WebSocketConnection End(WebSocketRole role, WebSocketConnectionOptions options, PipeReader input, PipeWriter output, OpeningInfo info) =>
        new(role, options, new PipeTransport(input, new DuplexWire(input, output)), info);
}
