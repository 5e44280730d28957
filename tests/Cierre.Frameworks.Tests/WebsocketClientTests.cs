using System.Net.WebSockets;
using System.Threading.Channels;
using Cierre.AspNetCore.Tests;
using Cierre.Samples.WebsocketClient;
using Websocket.Client;
using Xunit;

namespace Cierre.Frameworks.Tests;

/// <summary>Websocket.Client, which is given its WebSocket by a factory.</summary>
public sealed class WebsocketClientTests
{
    public static TheoryData<Stack, Stack> All => StreamJsonRpcTests.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Messages_pass_a_drain_brings_it_back_and_a_stop_is_an_end(Stack server, Stack client)
    {
        await using RunningSample sample = await RunningSample.StartAsync(EchoServer.Build, server);
        using IWebsocketClient socket = LineClient.Create(sample.WebSocketUrl("/"), onCierre: client == Stack.Cierre);
        socket.LostReconnectTimeout = socket.ErrorReconnectTimeout = TimeSpan.FromMilliseconds(50);
        var told = Channel.CreateUnbounded<string>();
        using IDisposable messages = socket.MessageReceived.Subscribe(message => told.Writer.TryWrite(message.Text ?? $"{message.Binary!.Length} bytes"));
        using IDisposable ends = socket.DisconnectionHappened.Subscribe(end => told.Writer.TryWrite($"{end.Type} {(int?)end.CloseStatus}"));
        using IDisposable openings = socket.ReconnectionHappened.Subscribe(opening => told.Writer.TryWrite(opening.Type.ToString()));
        await socket.StartOrFail().Soon();
        Assert.Equal("Initial", await told.Reader.ReadAsync().Soon());
        socket.Send("ñandú");
        Assert.Equal("ñandú", await told.Reader.ReadAsync().Soon());
        socket.Send(new byte[1024 * 1024]);
        Assert.Equal("1048576 bytes", await told.Reader.ReadAsync().Soon());
        await sample.DrainAsync();
        Assert.Equal("ByServer 1012", await told.Reader.ReadAsync().Soon());
        string next;
        // While the drain lasts, who comes back is turned away, and comes again.
        do next = await told.Reader.ReadAsync().Soon();
        while (next.StartsWith("Error ", StringComparison.Ordinal));
        Assert.True(next is "ByServer" or "Error", next);
        socket.Send("again");
        Assert.Equal("again", await told.Reader.ReadAsync().Soon());
        Assert.True(await socket.Stop(WebSocketCloseStatus.NormalClosure, "done").Soon());
        Assert.Equal("ByUser 1000", await told.Reader.ReadAsync().Soon());
        if (server == Stack.Cierre)
        {
            await sample.LoggedAsync("ended by local, host-stopping: the service restarts");
            Assert.Contains("clean True", await sample.LoggedAsync("ended by remote, peer-closed"), StringComparison.Ordinal);
        }
    }
}
