using Cierre.AspNetCore.Tests;
using Cierre.TestKit;
using Cierre.Tool.Tests;

namespace Cierre.Interop.Tests.Proxies;

/// <summary>The situations of the table in docs/deploy.md.</summary>
internal static class ProxySituations
{
    /// <summary>The one that waits in real time; it is played beside all others.</summary>
    public static readonly ProxySituation Idle = new("nobody sends for 30 s, the limit of the proxy, and server and client do not ping", IdleAsync);

    public static readonly ProxySituation Killed = new("the server is killed (SIGKILL) while nothing is sent", stage => KilledAsync(stage, insideMessage: false));

    public static readonly ProxySituation KilledInsideMessage = new("the server is killed (SIGKILL) in the middle of a message to the client", stage => KilledAsync(stage, insideMessage: true));

    public static readonly ProxySituation Down = new("the server is down when the client comes", DownAsync);

    public static IReadOnlyList<ProxySituation> All { get; } =
    [
        new("the server closes with 4001 \"enough\"", ClosesAsync),
        new("the server refuses with HTTP 503 and `Retry-After: 7`", RefusesAsync),
        Down,
        Killed,
        KilledInsideMessage,
        new("the server resets the connection", stage => RawAsync(stage, Reset)),
        new("the server breaks the protocol: a frame with a reserved opcode", stage => RawAsync(stage, peer => peer.SendFrameAsync(3))),
        Idle,
        new("what is in between is stopped (SIGTERM)", StoppedAsync),
        new("the client is lost (RST): what the server's record says", ClientLostAsync),
    ];

    private static readonly TimeSpan LongerThanTheLimit = TimeSpan.FromSeconds(31.5);

    private static async Task<ProxyEnd> ClosesAsync(ProxyStage stage)
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, connection => connection.CloseAsync(4001, "enough"));
        await using Front front = await stage.StartAsync(server.Url);
        await using WebSocketConnection client = await ConnectAsync(front);
        return ProxyEnd.Of(await client.Closed.Soon(), await server.RecordAsync());
    }

    private static async Task<ProxyEnd> RefusesAsync(ProxyStage stage)
    {
        await using RawServer server = RawServer.Start(
            peer => peer.SendAsync("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), switchProtocols: false);
        await using Front front = await stage.StartAsync(server.Url);
        return ProxyEnd.Of(await EndOfOpeningAsync(front));
    }

    private static async Task<ProxyEnd> DownAsync(ProxyStage stage)
    {
        await using Front front = await stage.StartAsync(new Uri("ws://127.0.0.1:1/"));
        return ProxyEnd.Of(await EndOfOpeningAsync(front));
    }

    private static async Task<ProxyEnd> KilledAsync(ProxyStage stage, bool insideMessage)
    {
        await using ServeProcess server = await ServeProcess.StartAsync("--max-message", $"{64 << 20}");
        await using Front front = await stage.StartAsync(server.Url);
        await using WebSocketConnection client = await ConnectAsync(front, new() { MaxMessageSize = 64 << 20 });
        // More than all buffers on the way hold, so that the server is surely still sending it when it is killed.
        await client.SendAsync(new byte[insideMessage ? 32 << 20 : 5]).Soon();
        await using (WebSocketMessageStream message = (await client.ReceiveStreamAsync().Soon())!)
        {
            await message.ReadExactlyAsync(new byte[5]).Soon();
            await server.Process.KillAsync();
            if (insideMessage) await Xunit.Assert.ThrowsAsync<WebSocketClosedException>(() => message.CopyToAsync(Stream.Null).Soon());
        }

        return ProxyEnd.Of(await client.Closed.Soon());
    }

    private static async Task<ProxyEnd> RawAsync(ProxyStage stage, Func<RawPeer, Task> act)
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.ReadFrameAsync();
            await act(peer);
        });
        await using Front front = await stage.StartAsync(server.Url);
        await using WebSocketConnection client = await ConnectAsync(front);
        await client.SendAsync("go");
        return ProxyEnd.Of(await client.Closed.Soon());
    }

    private static Task Reset(RawPeer peer)
    {
        peer.Reset();
        return Task.CompletedTask;
    }

    private static async Task<ProxyEnd> IdleAsync(ProxyStage stage)
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, o => o.PingInterval = Timeout.InfiniteTimeSpan);
        await using Front front = await stage.StartAsync(server.Url);
        await using WebSocketConnection client = await ConnectAsync(front, new() { PingInterval = Timeout.InfiniteTimeSpan });
        // From here on all clocks run alike; on a busy machine an opening takes its time.
        await client.SendAsync("hello").Soon();
        await client.ReceiveAsync().Soon();
        await Task.WhenAny(client.Closed, Task.Delay(LongerThanTheLimit, stage.Over));
        return client.IsOpen ? new ProxyEnd("the connection stays", await client.CloseAsync().Soon(), await server.RecordAsync()) : ProxyEnd.Of(await client.Closed, await server.RecordAsync());
    }

    private static async Task<ProxyEnd> StoppedAsync(ProxyStage stage)
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await using Front front = await stage.StartAsync(server.Url);
        await using WebSocketConnection client = await ConnectAsync(front);
        Task stopping = front.StopAsync();
        ProxyEnd end = ProxyEnd.Of(await client.Closed.Soon(), await server.RecordAsync());
        await stopping.Soon();
        return end;
    }

    private static async Task<ProxyEnd> ClientLostAsync(ProxyStage stage)
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await using Front front = await stage.StartAsync(server.Url);
        WebSocketConnection client = await ConnectAsync(front);
        client.Abort();
        CloseRecord record = await server.RecordAsync();
        return new ProxyEnd(ProxyEnd.CellOf(record), await client.Closed.Soon(), record);
    }

    private static Task<WebSocketConnection> ConnectAsync(Front front, WebSocketClientOptions? options = null) =>
        WebSocketConnection.ConnectAsync(front.Url, options ?? new()).Soon();

    /// <summary>An opening that fails, or is accepted in order to be closed.</summary>
    private static async Task<CloseRecord> EndOfOpeningAsync(Front front)
    {
        try
        {
            await using WebSocketConnection client = await ConnectAsync(front);
            return await client.Closed.Soon();
        }
        catch (WebSocketConnectException e)
        {
            return e.Record;
        }
    }
}
