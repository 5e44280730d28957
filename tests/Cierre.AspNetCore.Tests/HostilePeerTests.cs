using System.Collections.Concurrent;
using System.Text;
using Cierre.TestKit;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Peers that mean harm: nothing of theirs reaches the host, costs memory without end, or keeps others waiting. SECURITY.md points here.</summary>
[Collection(nameof(Heavy))]
public sealed class HostilePeerTests
{
    private const long Flat = 4 * 1024 * 1024;
    private const string Handshake = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

    [Theory]
    [MemberData(nameof(Carriers.Http1Only), MemberType = typeof(Carriers))]
    public async Task Reset_after_any_byte_of_a_conversation_harms_nobody_else(Carrier carrier)
    {
        var complaints = new LogSink(LogLevel.Error);
        var records = new ConcurrentQueue<CloseRecord>();
        await using TestServer server = await TestServer.StartAsync(
            carrier, TestServer.EchoAsync, options => options.OnClosed = (_, record) => records.Enqueue(record), builder => builder.Logging.AddProvider(complaints));
        await using WebSocketConnection honest = await server.ConnectAsync();
        byte[] whole =
        [
            .. Encoding.ASCII.GetBytes(Handshake),
            .. RawPeer.Frame(1, "hello"u8, fin: true, rsv: 0, mask: true),
            .. RawPeer.Frame(9, "ping"u8, fin: true, rsv: 0, mask: true),
            .. RawPeer.Frame(2, new byte[200], fin: false, rsv: 0, mask: true),
            .. RawPeer.Frame(0, new byte[20], fin: true, rsv: 0, mask: true),
            .. RawPeer.Frame(8, [3, 232, .. "bye"u8], fin: true, rsv: 0, mask: true),
        ];
        await Parallel.ForAsync(1, whole.Length + 1, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (count, _) =>
        {
            RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port, carrier.IsTls());
            await peer.SendAsync(whole.AsMemory(0, count));
            // The answer to the handshake is there, so what follows was read, and the reset cannot eat it.
            if (count >= Handshake.Length) await peer.ReadHeadAsync();
            peer.Reset();
        });
        await honest.SendAsync("still here");
        Assert.Equal("still here", (await honest.ReceiveAsync().Soon())!.Value.GetText());
        await Waits.Until(() => server.Connections.Count == 1, "the end of every other connection");
        await Waits.Until(() => records.Count == whole.Length - Handshake.Length + 1, "a record of each that opened");
        Assert.All(records, record => Assert.True(record.Cause != CloseCause.HandlerFailed, record.Exception?.ToString()));
        Assert.All(records, record => Assert.Contains(record.Cause, new[] { CloseCause.ConnectionReset, CloseCause.EndOfStream, CloseCause.PeerClosed }));
        Assert.Empty(complaints.Lines);
    }

    [Fact]
    public async Task Headers_beyond_the_limit_are_answered_431()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.SendAsync($"GET / HTTP/1.1\r\nHost: localhost\r\nX-Bomb: {new string('x', 40_000)}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 431", await peer.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshake_that_comes_byte_by_byte_is_dropped_in_time_while_others_are_served()
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1, TestServer.EchoAsync, build: builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1)));
        await using WebSocketConnection honest = await server.ConnectAsync();
        long begun = TimeProvider.System.GetTimestamp();
        Task[] slow = [.. Enumerable.Range(0, 100).Select(async _ =>
        {
            await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
            Task<(byte[], RawEnd)> end = peer.ReadToEndAsync();
            try
            {
                for (int i = 0; !end.IsCompleted; i++)
                {
                    await peer.SendAsync(Handshake.Substring(i % 100, 1));
                    await Task.Delay(100);
                }
            }
            catch (IOException)
            {
                // Dropped.
            }
        })];
        while (!slow.All(task => task.IsCompleted))
        {
            await honest.SendAsync("ping");
            Assert.NotNull(await honest.ReceiveAsync().Soon());
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(10), "the slow ones are still there after 10 s");
        }

        await Task.WhenAll(slow);
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Message_of_fragments_of_one_byte_arrives_whole(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        await using RawPeer peer = await server.RawAsync();
        const int Count = 9_999;
        await peer.SendAsync(Enumerable.Range(0, Count).SelectMany(i => RawPeer.Frame(i == 0 ? 1 : 0, "x"u8, fin: i == Count - 1, rsv: 0, mask: true)).ToArray());
        Assert.Equal(new string('x', Count), Encoding.ASCII.GetString((await peer.ReadFrameAsync()).Payload));
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public Task Million_empty_fragments_cost_no_memory(Carrier carrier) => OwnProcess.RunAsync(typeof(HostilePeerTests), async () =>
    {
        const int Count = 1_000_000;
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, options => options.MaxFragments = int.MaxValue);
        await using RawPeer peer = await server.RawAsync();
        byte[] many = [.. Enumerable.Repeat(RawPeer.Frame(0, [], fin: false, rsv: 0, mask: true), 10_000).SelectMany(frame => frame)];
        await peer.SendFrameAsync(1, fin: false);
        long before = Heavy.Memory();
        for (int i = 0; i < Count / 10_000; i++) await peer.SendAsync(many);
        OwnProcess.Figure("bytes held", Heavy.Memory() - before, Flat);
        await peer.SendFrameAsync(0, "end"u8.ToArray());
        Assert.Equal("end", Encoding.ASCII.GetString((await peer.ReadFrameAsync()).Payload));
    }, carrier);

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public Task Pings_of_a_peer_that_never_reads_cost_no_memory_and_the_last_is_answered(Carrier carrier) => OwnProcess.RunAsync(typeof(HostilePeerTests), async () =>
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        await using WebSocketConnection honest = await server.ConnectAsync();
        await using RawPeer peer = await server.RawAsync();
        byte[] pings = [.. Enumerable.Repeat(RawPeer.Frame(9, new byte[125], fin: true, rsv: 0, mask: true), 1_000).SelectMany(frame => frame)];
        long before = Heavy.Memory();
        for (int i = 0; i < 200; i++) await peer.SendAsync(pings);
        await peer.SendFrameAsync(9, "last"u8.ToArray());
        await honest.SendAsync("others go on");
        Assert.NotNull(await honest.ReceiveAsync().Soon());
        OwnProcess.Figure("bytes held", Heavy.Memory() - before, Flat);

        RawFrame pong;
        do
        {
            pong = await peer.ReadFrameAsync();
            Assert.Equal(10, pong.Opcode);
        }
        while (pong.Payload.Length == 125);
        Assert.Equal("last", Encoding.ASCII.GetString(pong.Payload));
    }, carrier);

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Flood_of_close_frames_is_answered_once(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        await using RawPeer peer = await server.RawAsync();
        await peer.SendAsync(Enumerable.Repeat(RawPeer.Frame(8, [3, 232], fin: true, rsv: 0, mask: true), 10_000).SelectMany(frame => frame).ToArray());
        Assert.Equal(1000, (await peer.ReadFrameAsync()).CloseCode);
        (int rest, _) = await CloseCodeTests.RestAsync(peer);
        Assert.Equal(0, rest);
        await peer.DisposeAsync();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1000, true), (record.Code, record.WasClean));
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public Task Mebibyte_that_inflates_to_a_gibibyte_is_refused_before_the_memory_is_spent(Carrier carrier) => OwnProcess.RunAsync(typeof(HostilePeerTests), async () =>
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, options => options.Compression = new DeflateOptions());
        await using RawPeer peer = await server.RawAsync("/", "Sec-WebSocket-Extensions: permessage-deflate");
        // Zeros that end at a byte's border can stand behind each other: the second refers to the first.
        byte[] mebibyte = [.. DeflateKit.Compress(new byte[1024 * 1024]), 0, 0, 0xFF, 0xFF];
        byte[] bomb = [.. Enumerable.Repeat(mebibyte, 1_000).SelectMany(bytes => bytes)];
        byte[] frame = RawPeer.Frame(2, bomb, fin: true, rsv: 4, mask: true);
        Assert.InRange(bomb.Length, 900_000, 1024 * 1024);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        // Over HTTP/2 the window of what is not read stays shut, so the sending need not end.
        Task sending = peer.SendAsync(frame);
        RawFrame close = await peer.ReadFrameAsync();
        long spent = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal(1009, close.CloseCode);
        // What was allocated in all, by the test's own side as well.
        OwnProcess.Figure("bytes allocated", spent, Flat);
        await peer.DisposeAsync();
        Assert.Equal(CloseCause.MessageTooBig, (await server.RecordAsync()).Cause);
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }, carrier);
}
