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
        (WebSocketNegotiation ours, WebSocketNegotiation theirs) = Agree(clientOptions.Compression, serverOptions.Compression);
        WebSocketConnection client = End(WebSocketRole.Client, clientOptions, toClient.Reader, toServer.Writer, ours);
        WebSocketConnection server = End(WebSocketRole.Server, serverOptions, toServer.Reader, toClient.Writer, theirs);
        client.Start();
        server.Start();
        return (client, server);
    }

    private static (WebSocketNegotiation Client, WebSocketNegotiation Server) Agree(DeflateOptions? client, DeflateOptions? server)
    {
        var negotiated = new WebSocketNegotiation();
        if (client is null || server is null) return (negotiated, negotiated);
        DeflateParameters? accepted = DeflateNegotiation.Accept(DeflateNegotiation.Offers(client), server, out ExtensionOffer answer);
        negotiated = new WebSocketNegotiation { Extensions = ExtensionList.Format([answer]) };
        return (negotiated.With(DeflateNegotiation.Check(answer, client, out _)!.For(server: false, client)),
            negotiated.With(accepted!.For(server: true, server)));
    }

    private static WebSocketConnection End(
        WebSocketRole role, WebSocketConnectionOptions options, PipeReader input, PipeWriter output, WebSocketNegotiation negotiated) =>
        new(role, options, new PipeTransport(input, new DuplexWire(input, output)), negotiated);
}
