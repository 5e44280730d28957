using System.Net.WebSockets;
using Cierre.AspNetCore.Tests;
using Cierre.Samples.StreamJsonRpc;
using StreamJsonRpc;
using Xunit;

namespace Cierre.Frameworks.Tests;

/// <summary>JSON-RPC both ways over a WebSocket, which either side ends.</summary>
public sealed class StreamJsonRpcTests
{
    public static TheoryData<Stack, Stack> All => new()
    {
        { Stack.Framework, Stack.Framework },
        { Stack.Cierre, Stack.Framework },
        { Stack.Framework, Stack.Cierre },
        { Stack.Cierre, Stack.Cierre },
    };

    [Theory]
    [MemberData(nameof(All))]
    public async Task Each_side_calls_the_other_and_the_client_leaves(Stack server, Stack client)
    {
        await using RunningSample sample = await RunningSample.StartAsync(RpcServer.Build, server);
        using WebSocket socket = await ConnectAsync(sample, client);
        using var rpc = new JsonRpc(new WebSocketMessageHandler(socket));
        rpc.AddLocalRpcMethod("Answer", (string question) => $"{question} Yes.");
        rpc.StartListening();
        Assert.Equal(42, await rpc.InvokeAsync<int>("Add", 40, 2).Soon());
        Assert.Equal("Well? Yes.", await rpc.InvokeAsync<string>("AskBackAsync", "Well?").Soon());
        Assert.Equal(1024 * 1024, (await rpc.InvokeAsync<string>("Repeat", "ñandú...", 128 * 1024).Soon()).Length);
        await Assert.ThrowsAsync<RemoteMethodNotFoundException>(() => rpc.InvokeAsync("Divide").Soon());
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", CancellationToken.None).Soon();
        Assert.Equal((WebSocketState.Closed, WebSocketCloseStatus.NormalClosure), (socket.State, socket.CloseStatus));
        // Its reader races with the close above, and fails as the race goes.
        await Task.WhenAny(rpc.Completion).Soon();
        if (server == Stack.Cierre) await sample.LoggedAsync("clean True, ended by remote, peer-closed");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Drain_ends_the_session_in_order(Stack server, Stack client)
    {
        await using RunningSample sample = await RunningSample.StartAsync(RpcServer.Build, server);
        using WebSocket socket = await ConnectAsync(sample, client);
        using var rpc = new JsonRpc(new WebSocketMessageHandler(socket));
        var told = new TaskCompletionSource<JsonRpcDisconnectedEventArgs>();
        rpc.Disconnected += (_, end) => told.TrySetResult(end);
        rpc.StartListening();
        Assert.Equal(3, await rpc.InvokeAsync<int>("Add", 1, 2).Soon());
        await sample.DrainAsync();
        Assert.Equal(DisconnectedReason.RemotePartyTerminated, (await told.Task.Soon()).Reason);
        Assert.Equal(CloseCodes.ServiceRestart, (int)socket.CloseStatus!);
        if (server == Stack.Cierre) await sample.LoggedAsync("clean True, ended by local, host-stopping: the service restarts");
    }

    private static async Task<WebSocket> ConnectAsync(RunningSample sample, Stack client)
    {
        Uri url = sample.WebSocketUrl("/rpc");
        if (client == Stack.Cierre) return await CierreSockets.ConnectAsync(url).Soon();
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(url, CancellationToken.None).Soon();
        return socket;
    }
}
