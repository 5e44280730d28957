using Cierre.TestKit;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Rows of Autobahn's fuzzing client against our server: strict, over each carrier, whoever the handler waits for before it answers.</summary>
public class AutobahnTests
{
    private static readonly byte[] Ping = RawPeer.Frame(9, "late"u8, fin: true, rsv: 0, mask: true);

    /// <summary>How the handler answers.</summary>
    public enum Answer
    {
        AtOnce,
        Later,
        ByBroadcast,
    }

    public static TheoryData<Carrier, Answer> CarriersAndAnswers =>
    [
        .. from carrier in (Carrier[])[Carrier.Http1, Carrier.Tls, Carrier.Http2]
           from answer in Enum.GetValues<Answer>()
           select new TheoryDataRow<Carrier, Answer>(carrier, answer),
    ];

    [Theory]
    [MemberData(nameof(CarriersAndAnswers))]
    public async Task Valid_message_before_a_broken_frame_is_answered_before_the_failure(Carrier carrier, Answer answer)
    {
        var sent = new SemaphoreSlim(0);
        await using TestServer server = await TestServer.StartAsync(carrier, EchoAsync);
        foreach (AutobahnCase played in AutobahnCase.ValidThenBroken)
        {
            await using RawPeer peer = await server.RawAsync();
            foreach (byte[] piece in played.Pieces(mask: true)) await peer.SendAsync(piece);
            await peer.SendAsync(Ping);
            if (answer == Answer.Later) sent.Release(played.Echoes.Count);
            foreach (string echo in played.Echoes) Assert.Equal((played.Id, 1, echo), await FrameAsync(played.Id, peer));
            Assert.Equal((played.Id, 8, 1002), Close(played.Id, await peer.ReadFrameAsync()));
            (byte[] rest, RawEnd end) = await peer.ReadToEndAsync();
            Assert.Equal((played.Id, 0, RawEnd.Fin), (played.Id, rest.Length, end));
            await peer.DisposeAsync();
            CloseRecord record = await server.RecordAsync();
            (string, int, int, CloseCause, EndedBy) told = (played.Id, record.Code, record.Sent!.Code, record.Cause, record.EndedBy);
            Assert.Equal((played.Id, 1006, 1002, CloseCause.ProtocolViolation, EndedBy.Local), told);
        }

        async Task EchoAsync(WebSocketConnection connection)
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync())
            {
                if (answer == Answer.Later) await sent.WaitAsync();
                if (answer == Answer.ByBroadcast) await new[] { connection }.BroadcastAsync(message);
                else await connection.SendAsync(message);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Compressed_message_before_a_broken_frame_is_answered_too(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(
            carrier, TestServer.EchoAsync, options => options.Compression = new DeflateOptions { Threshold = 0 });
        await using RawPeer peer = await server.RawAsync("/", "Sec-WebSocket-Extensions: permessage-deflate");
        byte[] hello = Convert.FromHexString("f248cdc9c90700");
        await peer.SendAsync((byte[])[.. RawPeer.Frame(1, hello, fin: true, rsv: 4, mask: true), .. RawPeer.Frame(1, "x"u8, fin: true, rsv: 2, mask: true)]);
        RawFrame echo = await peer.ReadFrameAsync();
        Assert.Equal((1, "Hello"), (echo.Opcode, echo.Rsv == 4 ? System.Text.Encoding.UTF8.GetString(DeflateKit.Inflate(echo.Payload)) : echo.Text));
        Assert.Equal(1002, (await peer.ReadFrameAsync()).CloseCode);
    }

    [Theory]
    [InlineData(Carrier.Http1, 1, 64)]
    [InlineData(Carrier.Http1, 1, 256)]
    [InlineData(Carrier.Http1, 2, 64)]
    [InlineData(Carrier.Http1, 2, 256)]
    [InlineData(Carrier.Tls, 2, 64)]
    [InlineData(Carrier.Http2, 1, 64)]
    public async Task Message_of_4_MiB_in_tens_of_thousands_of_fragments_is_echoed(Carrier carrier, int opcode, int size)
    {
        const int Whole = 4 * 1024 * 1024;
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, options => options.MaxMessageSize = Whole);
        await using RawPeer peer = await server.RawAsync();
        byte[] fragment = [.. Enumerable.Range(0, size).Select(i => (byte)('a' + (i % 26)))];
        // The last is empty: 65,537 of them.
        int count = Whole / size;
        byte[] message =
            [.. Enumerable.Range(0, count + 1).SelectMany(i => RawPeer.Frame(i == 0 ? opcode : 0, i == count ? [] : fragment, fin: i == count, rsv: 0, mask: true))];
        Task sending = peer.SendAsync(message);
        int came = 0;
        RawFrame frame;
        do
        {
            frame = await peer.ReadFrameAsync();
            Assert.Equal(came == 0 ? opcode : 0, frame.Opcode);
            for (int i = 0; i < frame.Payload.Length; i += 997) Assert.Equal(fragment[(came + i) % size], frame.Payload[i]);
            came += frame.Payload.Length;
        }
        while (!frame.Fin);
        Assert.Equal(Whole, came);
        await sending;
    }

    private static async Task<(string, int, string)> FrameAsync(string id, RawPeer peer)
    {
        RawFrame frame = await peer.ReadFrameAsync();
        return (id, frame.Opcode, frame.Text);
    }

    private static (string, int, int) Close(string id, RawFrame frame) => (id, frame.Opcode, frame.CloseCode ?? 0);
}
