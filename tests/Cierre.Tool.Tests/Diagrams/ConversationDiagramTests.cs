using System.Globalization;
using Cierre.TestKit;
using Cierre.Tool.Diagrams;
using Xunit;

namespace Cierre.Tool.Tests.Diagrams;

/// <summary>Diagrams of connections that were really held, in memory.</summary>
public sealed class ConversationDiagramTests
{
    private static readonly CultureInfo English = CultureInfo.InvariantCulture;

    [Fact]
    public async Task Both_sides_draw_the_same_conversation()
    {
        var options = new WebSocketConnectionOptions { Trace = new WebSocketTraceOptions { PayloadBytes = 16 } };
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(options, options);
        await client.SendAsync("hello");
        await server.ReceiveAsync();
        await client.CloseAsync(4001, "enough");
        string[] frames = ["0 1 text frame, 5 bytes: \"hello\"", "0 1 close frame, 4001 \"enough\"", "1 0 close frame, 4001"];
        Assert.Equal(frames, Frames(await DrawnAsync(client, isClient: true)));
        Assert.Equal(frames, Frames(await DrawnAsync(server, isClient: false)));

        static IEnumerable<string> Frames(Diagram diagram) => diagram.Events.Where(row => row.Kind == DiagramKind.Frame).Select(row => $"{row.From} {row.To} {row.Label}");
    }

    [Fact]
    public async Task Ends_of_the_stream_are_arrows_and_the_last_row_is_the_record()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(new() { Trace = new WebSocketTraceOptions() });
        await server.CloseAsync();
        Diagram diagram = await DrawnAsync(client, isClient: true);
        Assert.Equal(
            ["1 0 close frame, 1000", "0 1 close frame, 1000", "1 0 FIN", "0 1 FIN", "0 0 1000 Normal Closure: the peer's close frame came first"],
            diagram.Events.Select(row => $"{row.From} {row.To} {row.Label}"));
        Assert.Equal(["client", "server"], diagram.Participants);
    }

    [Fact]
    public async Task Abort_is_a_reset_and_no_end_in_order()
    {
        (WebSocketConnection client, _) = WebSocketConnection.CreatePair(new() { Trace = new WebSocketTraceOptions() });
        client.Abort();
        Assert.Equal([(DiagramKind.Stream, "RST"), (DiagramKind.Fault, "1006 Cierre anormal: la aplicación abortó la conexión")],
            (await DrawnAsync(client, isClient: true, CultureInfo.GetCultureInfo("es"))).Events.Select(row => (row.Kind, row.Label)));
    }

    [Fact]
    public async Task Opening_that_failed_shows_how_far_it_came()
    {
        await using RawServer server = RawServer.Start(peer => peer.SendAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), switchProtocols: false);
        var failed = await Assert.ThrowsAsync<WebSocketConnectException>(() => WebSocketConnection.ConnectAsync(server.Url));
        var conversation = new ConversationDiagram(isClient: true, English);
        conversation.Add(failed.Record.OpeningTimes!);
        conversation.Add(failed.Record);
        Assert.Equal([DiagramKind.Note, DiagramKind.Step, DiagramKind.Fault, DiagramKind.Fault], conversation.ToDiagram("t").Events.Select(row => row.Kind));
    }

    [Fact]
    public async Task Long_conversation_keeps_its_beginning_and_its_end()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(new() { Trace = new WebSocketTraceOptions() });
        for (int i = 0; i < 200; i++)
        {
            await client.SendAsync(new string('x', i));
            await server.ReceiveAsync();
        }

        await client.CloseAsync();
        Diagram diagram = await DrawnAsync(client, isClient: true);
        Assert.Equal(81, diagram.Events.Count);
        Assert.Equal(("text frame, 19 bytes", "... 125 ..."), (diagram.Events[19].Label, diagram.Events[20].Label));
        Assert.StartsWith("1000 Normal Closure", diagram.Events[^1].Label, StringComparison.Ordinal);
    }

    private static async Task<Diagram> DrawnAsync(WebSocketConnection connection, bool isClient, CultureInfo? language = null)
    {
        var conversation = new ConversationDiagram(isClient, language ?? English);
        await foreach (WebSocketTraceEvent seen in connection.Trace!) conversation.Add(seen);
        conversation.Add(await connection.Closed);
        return conversation.ToDiagram("title");
    }
}
