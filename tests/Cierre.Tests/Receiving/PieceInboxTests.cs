using System.Net.WebSockets;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Receiving;

/// <summary>Messages in pieces, seen through the one that reads so.</summary>
public sealed class PieceInboxTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly Played _played = new();
    private readonly WebSocket _socket;
    private readonly byte[] _buffer = new byte[100];

    public PieceInboxTests() => _socket = _played.Connection.AsWebSocket();

    [Fact]
    public async Task Message_comes_in_pieces_as_they_come_and_its_end_with_the_last()
    {
        Task<string> receiving = ReceiveAsync();
        _played.Peer(Played.Text, "one "u8, fin: false);
        Assert.Equal("Text 4", await Played.Within(receiving));
        _played.Peer(0, "two"u8);
        Assert.Equal("Text 3 end", await ReceiveAsync());
    }

    [Fact]
    public async Task Message_larger_than_the_buffer_comes_in_several_pieces_and_ends_with_the_last_byte()
    {
        _played.PeerText(new string('a', 250));
        Assert.Equal(["Text 100", "Text 100", "Text 50 end"], [await ReceiveAsync(), await ReceiveAsync(), await ReceiveAsync()]);
        Task<string> receiving = ReceiveAsync();
        _played.PeerText(new string('b', 200));
        Assert.Equal(["Text 100", "Text 100 end"], [await Played.Within(receiving), await ReceiveAsync()]);
    }

    [Fact]
    public async Task Receive_without_memory_waits_for_something_and_takes_nothing()
    {
        Task<string> waiting = ReceiveAsync(Memory<byte>.Empty);
        Assert.False(waiting.IsCompleted);
        _played.PeerText("data");
        Assert.Equal("Text 0", await Played.Within(waiting));
        Assert.Equal("Text 0", await ReceiveAsync(Memory<byte>.Empty));
        Assert.Equal("Text 4 end", await ReceiveAsync());
        waiting = ReceiveAsync(Memory<byte>.Empty);
        _played.PeerClose(1000);
        Assert.Equal("Close 0 end", await Played.Within(waiting));
    }

    [Fact]
    public async Task Backlog_that_nobody_reads_stops_the_reading_and_the_reader_starts_it_again()
    {
        for (int i = 0; i < 30; i++) _played.Peer(Played.Binary, new byte[8 * 1024]);
        Assert.True(_played.Connection.Driver.IsPaused);
        int whole = 0;
        var big = new byte[8 * 1024];
        while (whole < 30)
        {
            if ((await Played.Within(_socket.ReceiveAsync(big.AsMemory(), None).AsTask())).EndOfMessage) whole++;
        }
    }

    [Fact]
    public async Task Pieces_that_lie_here_are_joined_up_to_the_end_of_their_message()
    {
        _played.Peer(Played.Text, "a"u8, fin: false);
        _played.Peer(0, "b"u8, fin: false);
        _played.Peer(0, ""u8);
        _played.PeerText("c");
        _played.PeerText("");
        Assert.Equal(["Text 2 end", "Text 1 end", "Text 0 end"], [await ReceiveAsync(), await ReceiveAsync(), await ReceiveAsync()]);
    }

    [Fact]
    public async Task End_that_brings_no_byte_belongs_to_a_piece_that_fills_the_buffer()
    {
        _played.Peer(Played.Text, new byte[100], fin: false);
        _played.Peer(0, ""u8);
        Assert.Equal("Text 100 end", await ReceiveAsync());
    }

    [Fact]
    public async Task Piece_without_bytes_that_is_not_the_end_is_none()
    {
        Task<string> receiving = ReceiveAsync();
        _played.Peer(Played.Text, ""u8, fin: false);
        Assert.False(receiving.IsCompleted);
        _played.Peer(0, "x"u8);
        Assert.Equal("Text 1 end", await Played.Within(receiving));
    }

    [Fact]
    public async Task Reader_that_waits_gets_what_one_batch_brings_in_one_go()
    {
        Task<string> receiving = ReceiveAsync();
        byte[] frame = _played.Frame(Played.Text, "12345"u8, fin: false);
        _played.Wire.Push([.. frame, .. _played.Frame(0, "678"u8, fin: false), .. _played.Frame(0, "9"u8, fin: false).AsSpan(0, 3)]);
        Assert.Equal("Text 8", await Played.Within(receiving));
        receiving = ReceiveAsync();
        _played.Wire.Push([.. _played.Frame(0, "9"u8, fin: false).AsSpan(3), .. _played.Frame(0, "0"u8), .. _played.Frame("next")]);
        Assert.Equal("Text 2 end", await Played.Within(receiving));
        Assert.Equal("Text 4 end", await ReceiveAsync());
    }

    [Fact]
    public async Task Reader_that_waits_has_what_came_before_the_close_of_the_same_batch()
    {
        Task<string> receiving = ReceiveAsync();
        _played.Wire.Push([.. _played.Frame(Played.Text, "12"u8, fin: false), .. _played.Frame(Played.Close, [3, 232])]);
        Assert.Equal("Text 2", await Played.Within(receiving));
        Assert.Equal("Close 0 end", await ReceiveAsync());
    }

    [Fact]
    public async Task Empty_message_ends_a_wait_without_memory_and_is_taken_by_it()
    {
        Task<string> waiting = ReceiveAsync(Memory<byte>.Empty);
        _played.PeerText("");
        Assert.Equal("Text 0 end", await Played.Within(waiting));
        _played.PeerText("");
        Assert.Equal("Text 0 end", await ReceiveAsync(Memory<byte>.Empty));
    }

    [Fact]
    public async Task What_is_held_is_given_back_when_it_is_read()
    {
        _played.PeerText("some");
        Assert.Equal(4, _played.Connection.Driver.Receiving.Waiting);
        await ReceiveAsync();
        Assert.Equal(0, _played.Connection.Driver.Receiving.Waiting);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task Bytes_are_the_same_whatever_the_pieces_and_the_buffers(int split)
    {
        byte[] sent = new byte[5000];
        Random.Shared.NextBytes(sent);
        for (int i = 0; i < sent.Length; i += 500) _played.Peer(i == 0 ? Played.Binary : 0, sent.AsSpan(i, 500), fin: i == 4500);
        var read = new List<byte>();
        byte[] buffer = new byte[split];
        while (true)
        {
            ValueWebSocketReceiveResult result = await Played.Within(_socket.ReceiveAsync(buffer.AsMemory(), None).AsTask());
            read.AddRange(buffer.AsSpan(0, result.Count));
            if (result.EndOfMessage) break;
        }

        Assert.Equal(sent, read);
    }

    private async Task<string> ReceiveAsync(Memory<byte>? buffer = null)
    {
        ValueWebSocketReceiveResult result = await Played.Within(_socket.ReceiveAsync(buffer ?? _buffer, None).AsTask());
        return $"{result.MessageType} {result.Count}{(result.EndOfMessage ? " end" : "")}";
    }
}
