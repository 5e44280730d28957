using Cierre.Closing;
using Cierre.Tests.Connections;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Receiving;

public sealed class OrderlyDrainTests
{
    private static readonly CloseFrame Away = new(1001, "host stopping");

    [Fact]
    public async Task Drain_closes_an_idle_connection_at_once()
    {
        var played = new Played();
        Drain(played);
        await Played.Until(() => played.Sent.Count == 1);
        Assert.Equal((1001, "host stopping"), (played.Sent[0].CloseCode, played.Sent[0].CloseReason));
        played.PeerClose(1001);
        played.Wire.End();
        CloseRecord record = await played.Ended;
        Assert.Equal((1001, true, CloseCause.HostStopping, EndedBy.Local), (record.Code, record.WasClean, record.Cause, record.EndedBy));
    }

    [Fact]
    public async Task Drain_waits_until_what_lies_unread_was_handled_and_answered()
    {
        var played = new Played();
        played.PeerText("1");
        played.PeerText("2");
        Drain(played);
        Assert.True(played.Connection.IsOpen);
        Task reader = Echo(played);
        await Played.Until(() => played.Sent.Count == 3);
        Assert.Equal([(1, "1"), (1, "2")], played.Sent.Take(2).Select(f => (f.Opcode, f.Text)));
        Assert.Equal(1001, played.Sent[2].CloseCode);
        await Played.Within(reader);
    }

    [Fact]
    public async Task Drain_waits_for_the_handler_of_the_message_that_is_in_use()
    {
        var played = new Played();
        played.PeerText("in use");
        Assert.Equal("in use", await played.ReceiveTextAsync());
        Drain(played);
        Assert.True(played.Connection.IsOpen);
        await played.Connection.SendAsync("answer");
        Task<string?> next = played.ReceiveTextAsync();
        Assert.Null(await next);
        await Played.Until(() => played.Sent.Count == 2);
        Assert.Equal([1, Played.Close], played.Sent.Select(f => f.Opcode));
    }

    [Fact]
    public async Task Drain_waits_for_a_stream_that_is_read()
    {
        var played = new Played();
        Task<WebSocketMessageStream?> opening = played.Connection.ReceiveStreamAsync().AsTask();
        played.Peer(Played.Text, "part"u8, fin: false);
        WebSocketMessageStream stream = (await Played.Within(opening))!;
        Drain(played);
        played.Peer(0, "end"u8);
        Assert.True(played.Connection.IsOpen);
        Assert.Equal("partend", await new StreamReader(stream).ReadToEndAsync());
        await stream.DisposeAsync();
        await Played.Until(() => !played.Connection.IsOpen);
    }

    [Fact]
    public async Task Drain_reads_the_message_that_a_stream_waits_for_to_its_end_however_long_it_is_and_nothing_behind_it()
    {
        const int Parts = 40;
        byte[] part = new byte[64 * 1024];
        var played = new Played(setup: options => options.MaxMessageSize = 16 * 1024 * 1024);
        Task<WebSocketMessageStream?> opening = played.Connection.ReceiveStreamAsync().AsTask();
        played.Peer(Played.Binary, part, fin: false);
        WebSocketMessageStream stream = (await Played.Within(opening))!;
        Task<long> reading = CountAsync(stream);
        Drain(played);
        for (int i = 0; i < Parts; i++) played.Peer(0, part, fin: false);
        played.Peer(0, "end"u8);
        played.PeerText("later");
        Assert.Equal((Parts + 1) * part.Length + 3, await Played.Within(reading));
        Assert.True(played.Connection.IsOpen);
        Task<string?> next = played.ReceiveTextAsync();
        await Played.Until(() => !played.Connection.IsOpen);
        Assert.Null(await next);
        Assert.Equal(1001, played.Sent[^1].CloseCode);

        static async Task<long> CountAsync(WebSocketMessageStream stream)
        {
            byte[] buffer = new byte[10_000];
            long count = 0;
            while (await stream.ReadAsync(buffer) is > 0 and var read) count += read;
            return count;
        }
    }

    [Fact]
    public async Task Drain_takes_in_what_the_transport_still_holds()
    {
        var played = new Played { Wire = { SaysUnread = true } };
        Task reader = Echo(played);
        Drain(played);
        Assert.True(played.Connection.IsOpen);
        played.Wire.SaysUnread = false;
        played.PeerText("late");
        await Played.Until(() => played.Sent.Count == 2);
        Assert.Equal([1, Played.Close], played.Sent.Select(f => f.Opcode));
        await Played.Within(reader);
    }

    [Fact]
    public async Task Drain_of_a_connection_that_closes_changes_nothing()
    {
        var played = new Played();
        Task<CloseRecord> closed = played.Connection.CloseAsync(4001);
        Drain(played);
        Drain(played);
        played.PeerClose(4001);
        played.Wire.End();
        Assert.Equal(4001, (await Played.Within(closed)).Sent!.Code);
        Assert.Single(played.Sent);
    }

    private static void Drain(Played played) => played.Connection.Driver.Receiving.BeginDrain(Away, EndReason.HostStopping);

    private static async Task Echo(Played played)
    {
        await foreach (WebSocketMessage message in played.Connection.ReadAllAsync()) await played.Connection.SendAsync(message);
    }
}
