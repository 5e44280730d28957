using System.Text;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Receiving;
using Cierre.TestKit;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Receiving;

public sealed class ReceivingSideTests
{
    [Fact]
    public async Task Transport_is_paused_at_64_KiB_unread_and_goes_on_when_they_are_read()
    {
        var played = new Played();
        byte[] message = new byte[1024];
        for (int i = 0; i < 60; i++) played.Peer(Played.Binary, message);
        Assert.False(played.Wire.IsPaused);
        for (int i = 0; i < 10; i++) played.Peer(Played.Binary, message);
        Assert.True(played.Wire.IsPaused);
        for (int i = 0; i < 70; i++) Assert.Equal(1024, (await Played.Within(played.Connection.ReceiveAsync().AsTask()))!.Value.Data.Length);
        played.PeerText("last");
        Assert.Equal("last", await played.ReceiveTextAsync());
    }

    /// <summary>What lies under another lock may be taken between the question and the pause, by a reader that sees no pause yet and never comes back.</summary>
    [Fact]
    public async Task Transport_goes_on_where_there_is_room_again_by_the_time_it_pauses()
    {
        var played = new Played();
        var inbox = new FullOnce(played.Connection.Driver);
        Assert.True(played.Connection.Driver.Receiver.HandTo(inbox));
        played.PeerText("one");
        await Played.Until(() => inbox.Delivered == 1);
    }

    [Fact]
    public async Task Empty_messages_fill_the_inbox_too()
    {
        var played = new Played();
        byte[] empty = played.Frame(Played.Binary);
        int pushed = 0;
        for (; !played.Wire.IsPaused && pushed < 100_000; pushed++) played.Wire.Push(empty);
        Assert.InRange(pushed, 100, 10_000);
        for (int i = 0; i < pushed; i++) Assert.NotNull(await Played.Within(played.Connection.ReceiveAsync().AsTask()));
    }

    [Fact]
    public async Task Message_larger_than_what_may_lie_unread_is_received_whole_by_a_reader_that_comes_late()
    {
        var played = new Played();
        byte[] big = new byte[300_000];
        new Random(1).NextBytes(big);
        byte[] frame = played.Frame(Played.Binary, big);
        for (int i = 0; i < frame.Length; i += 10_000) played.Wire.Push(frame.AsSpan(i, Math.Min(10_000, frame.Length - i)));
        Assert.True(played.Wire.IsPaused);
        Assert.Equal(big, (await Played.Within(played.Connection.ReceiveAsync().AsTask()))!.Value.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Close_frame_of_the_peer_is_seen_after_our_close_though_the_application_does_not_read(bool client)
    {
        var played = new Played(client);
        byte[] message = new byte[16 * 1024];
        for (int i = 0; i < 20; i++) played.Peer(Played.Binary, message);
        played.PeerClose(4002, "mine");
        Assert.True(played.Wire.IsPaused);
        Task<CloseRecord> closed = played.Connection.CloseAsync(4001, "ours");
        await Played.Until(() => !played.Wire.IsPaused);
        played.Wire.End();
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((4002, "mine", true, false), (record.Code, record.Reason, record.WasClean, record.ReceivedFirst));
        Assert.Equal(CloseCause.Requested, record.Cause);
    }

    [Fact]
    public async Task What_was_received_before_our_close_can_still_be_read_and_what_comes_later_is_dropped()
    {
        var played = new Played();
        played.PeerText("before");
        Task<CloseRecord> closed = played.Connection.CloseAsync();
        played.PeerText("after");
        played.PeerClose(1000);
        played.Wire.End();
        await Played.Within(closed);
        Assert.Equal("before", await played.ReceiveTextAsync());
        Assert.Null(await played.ReceiveTextAsync());
        Assert.Null(await played.ReceiveTextAsync());
    }

    [Fact]
    public async Task What_was_received_before_the_end_of_the_stream_can_still_be_read()
    {
        var played = new Played();
        played.PeerText("one");
        played.PeerText("two");
        played.Wire.End();
        await played.Ended;
        Assert.Equal("one", await played.ReceiveTextAsync());
        Assert.Equal("two", await played.ReceiveTextAsync());
        Assert.Null(await played.ReceiveTextAsync());
    }

    [Fact]
    public async Task Fragments_are_joined_and_control_frames_between_them_are_answered()
    {
        var played = new Played();
        Task<string?> waiting = played.ReceiveTextAsync();
        played.Peer(Played.Text, "one "u8, fin: false);
        played.Peer(Played.Ping, "?"u8);
        played.Peer(0, "two "u8, fin: false);
        played.Peer(0, "three"u8);
        Assert.Equal("one two three", await waiting);
        RawFrame pong = Assert.Single(played.Sent);
        Assert.Equal((Played.Pong, "?"), (pong.Opcode, pong.Text));
    }

    [Fact]
    public async Task Bytes_that_come_one_at_a_time_give_the_same_messages()
    {
        var played = new Played();
        byte[] bytes = [.. played.Frame("première"), .. played.Frame(Played.Text, Encoding.UTF8.GetBytes(new string('é', 200)))];
        foreach (byte b in bytes) played.Wire.Push([b]);
        Assert.Equal("première", await played.ReceiveTextAsync());
        Assert.Equal(new string('é', 200), await played.ReceiveTextAsync());
    }

    [Fact]
    public async Task Guard_sees_every_message_before_the_reader_and_closes_in_the_ordinary_way()
    {
        var played = new Played();
        played.Connection.Driver.Receiving.Guard = new AtMost(2);
        Task<string?> first = played.ReceiveTextAsync();
        played.PeerText("one");
        Assert.Equal("one", await first);
        played.Wire.Push([.. played.Frame("two"), .. played.Frame("three"), .. played.Frame("four")]);
        Assert.Equal("two", await played.ReceiveTextAsync());
        Assert.Null(await played.ReceiveTextAsync());
        Assert.Equal((Played.Close, 1008), (played.Sent[^1].Opcode, played.Sent[^1].CloseCode));
        Assert.Equal(4, played.Connection.Traffic.MessagesReceived);
        played.PeerClose(1008);
        played.Wire.End();
        Assert.Equal((1008, true, CloseCause.PolicyViolation), await played.Ended is { } record ? (record.Code, record.WasClean, record.Cause) : default);
    }

    [Fact]
    public async Task Guard_sees_what_was_held_before_a_stream_was_asked_for()
    {
        var played = new Played();
        played.Connection.Driver.Receiving.Guard = new AtMost(0);
        played.Peer(Played.Text, "begun"u8, fin: false);
        Assert.Null(await Played.Within(played.Connection.ReceiveStreamAsync().AsTask()));
        Assert.Equal((Played.Close, 1008), (played.Sent[^1].Opcode, played.Sent[^1].CloseCode));
    }

    private sealed class AtMost(int left) : MessageGuard
    {
        public override Violation? Check(int bytes, bool last, TimeSpan now) => left-- > 0 ? null : Violations.RateExceeded();
    }

    private sealed class FullOnce(ConnectionDriver driver) : Inbox(driver.Gate, driver)
    {
        private int _asked;

        public int Delivered { get; private set; }

        public override int UnreadBytes => 0;

        public override bool IsIdle => true;

        public override bool IsBusy => false;

        public override bool WantsParts => false;

        public override bool IsFull(int heldByEngine) => _asked++ == 0;

        public override bool Deliver(in ProtocolEvent message)
        {
            Delivered++;
            message.Drop();
            return false;
        }

        public override bool DeliverPart(in ProtocolEvent part) => false;
    }
}
