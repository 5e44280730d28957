using System.Text;
using Cierre.TestKit;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Receiving;

public sealed class MessageReadStreamTests
{
    private const int KiB = 1024;

    [Fact]
    public async Task Pieces_are_read_as_they_come()
    {
        var played = new Played();
        Task<WebSocketMessageStream?> opening = played.Connection.ReceiveStreamAsync().AsTask();
        played.Peer(Played.Text, "one "u8, fin: false);
        await using WebSocketMessageStream stream = (await Played.Within(opening))!;
        Assert.Equal((WebSocketMessageKind.Text, true, false), (stream.Kind, stream.CanRead, stream.CanWrite));
        byte[] buffer = new byte[100];
        Assert.Equal("one ", await ReadText(stream, buffer));
        Task<string> waiting = ReadText(stream, buffer);
        Assert.False(waiting.IsCompleted);
        played.Peer(0, "two"u8);
        Assert.Equal("two", await Played.Within(waiting));
        Assert.Equal(0, await stream.ReadAsync(buffer));
        Assert.Equal(0, await stream.ReadAsync(buffer));
    }

    [Fact]
    public async Task Message_that_was_kept_whole_can_be_read_as_a_stream()
    {
        var played = new Played();
        played.PeerText("kept");
        played.PeerText("next");
        await using (WebSocketMessageStream stream = (await Played.Within(played.Connection.ReceiveStreamAsync().AsTask()))!)
        {
            Assert.Equal("kept", await new StreamReader(stream).ReadToEndAsync());
        }

        Assert.Equal("next", await played.ReceiveTextAsync());
    }

    [Fact]
    public async Task What_came_of_a_message_before_the_stream_was_asked_for_is_handed_out_at_once()
    {
        var played = new Played();
        played.Peer(Played.Text, "first "u8, fin: false);
        byte[] frame = played.Frame(0, "second"u8);
        played.Wire.Push(frame.AsSpan(0, frame.Length - 3));
        await using WebSocketMessageStream stream = (await Played.Within(played.Connection.ReceiveStreamAsync().AsTask()))!;
        byte[] buffer = new byte[100];
        Assert.Equal("first sec", await Played.Within(ReadText(stream, buffer)));
        played.Wire.Push(frame.AsSpan(frame.Length - 3));
        Assert.Equal("ond", await Played.Within(ReadText(stream, buffer)));
        Assert.Equal("", await Played.Within(ReadText(stream, buffer)));
    }

    [Fact]
    public async Task Message_after_a_streamed_one_is_kept_while_that_is_still_read()
    {
        var played = new Played();
        Task<WebSocketMessageStream?> opening = played.Connection.ReceiveStreamAsync().AsTask();
        played.Peer(Played.Binary, "streamed"u8);
        played.PeerText("next");
        WebSocketMessageStream stream = (await Played.Within(opening))!;
        Assert.Equal("streamed", await new StreamReader(stream).ReadToEndAsync());
        Assert.Equal("next", await played.ReceiveTextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_left_of_a_message_is_skipped(bool byDisposing)
    {
        var played = new Played();
        Task<WebSocketMessageStream?> opening = played.Connection.ReceiveStreamAsync().AsTask();
        played.Peer(Played.Text, "half "u8, fin: false);
        WebSocketMessageStream stream = (await Played.Within(opening))!;
        if (byDisposing) await stream.DisposeAsync();
        Task<string?> next = played.ReceiveTextAsync();
        played.Peer(0, "of it"u8, fin: false);
        played.Peer(0, "gone"u8);
        played.PeerText("whole");
        Assert.Equal("whole", await next);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_of_a_stream_that_was_given_up_throws_instead_of_an_end(bool byDisposing)
    {
        var played = new Played();
        Task<WebSocketMessageStream?> opening = played.Connection.ReceiveStreamAsync().AsTask();
        played.Peer(Played.Text, "half "u8, fin: false);
        WebSocketMessageStream stream = (await Played.Within(opening))!;
        if (byDisposing) await stream.DisposeAsync();
        else _ = played.Connection.ReceiveAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stream.ReadAsync(new byte[10]));
    }

    [Fact]
    public async Task Disposing_ends_a_read_that_waits()
    {
        var played = new Played();
        Task<WebSocketMessageStream?> opening = played.Connection.ReceiveStreamAsync().AsTask();
        played.Peer(Played.Text, "half "u8, fin: false);
        WebSocketMessageStream stream = (await Played.Within(opening))!;
        byte[] buffer = new byte[10];
        await ReadText(stream, buffer);
        Task waiting = stream.ReadAsync(buffer).AsTask();
        await stream.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Played.Within(waiting));
        played.Peer(0, "rest"u8);
        played.PeerText("next");
        Assert.Equal("next", await played.ReceiveTextAsync());
    }

    [Fact]
    public async Task Cancelling_a_read_loses_nothing()
    {
        var played = new Played();
        Task<WebSocketMessageStream?> opening = played.Connection.ReceiveStreamAsync().AsTask();
        played.Peer(Played.Binary, "0"u8, fin: false);
        WebSocketMessageStream stream = (await Played.Within(opening))!;
        byte[] buffer = new byte[10];
        Assert.Equal("0", await ReadText(stream, buffer));
        for (int i = 0; i < 1_000; i++)
        {
            using var source = new CancellationTokenSource();
            Task waiting = stream.ReadAsync(buffer, source.Token).AsTask();
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(waiting));
            played.Peer(0, Encoding.UTF8.GetBytes($"{i}"), fin: false);
            Assert.Equal($"{i}", await ReadText(stream, buffer));
        }
    }

    [Fact]
    public async Task Cancelling_the_wait_for_a_stream_loses_nothing()
    {
        var played = new Played();
        using var source = new CancellationTokenSource();
        Task waiting = played.Connection.ReceiveStreamAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(waiting));
        played.PeerText("kept");
        Assert.Equal("kept", await played.ReceiveTextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_that_ends_inside_the_message_ends_its_reads_with_the_record(bool waits)
    {
        var played = new Played();
        Task<WebSocketMessageStream?> opening = played.Connection.ReceiveStreamAsync().AsTask();
        played.Peer(Played.Text, "half"u8, fin: false);
        WebSocketMessageStream stream = (await Played.Within(opening))!;
        byte[] buffer = new byte[10];
        Task? waiting = null;
        if (waits)
        {
            await ReadText(stream, buffer);
            waiting = stream.ReadAsync(buffer).AsTask();
        }

        played.PeerClose(4005);
        if (!waits) Assert.Equal("half", await ReadText(stream, buffer));
        var cut = await Assert.ThrowsAsync<WebSocketClosedException>(() => Played.Within(waiting ?? stream.ReadAsync(buffer).AsTask()));
        Assert.Equal(4005, cut.Record.Code);
    }

    [Fact]
    public async Task No_stream_comes_after_the_end()
    {
        var played = new Played();
        Task<WebSocketMessageStream?> waiting = played.Connection.ReceiveStreamAsync().AsTask();
        played.Wire.End();
        Assert.Null(await Played.Within(waiting));
        Assert.Null(await Played.Within(played.Connection.ReceiveStreamAsync().AsTask()));
    }

    [Fact]
    public async Task Peer_is_held_back_while_nobody_reads_the_stream()
    {
        var played = new Played(setup: o => o.MaxMessageSize = 10_000_000);
        Task<WebSocketMessageStream?> opening = played.Connection.ReceiveStreamAsync().AsTask();
        byte[] big = new byte[1_000_000];
        new Random(5).NextBytes(big);
        byte[] frame = played.Frame(Played.Binary, big);
        for (int i = 0; i < frame.Length; i += 8 * KiB) played.Wire.Push(frame.AsSpan(i, Math.Min(8 * KiB, frame.Length - i)));
        Assert.True(played.Wire.IsPaused);
        WebSocketMessageStream stream = (await Played.Within(opening))!;
        var copy = new MemoryStream();
        await Played.Within(stream.CopyToAsync(copy));
        Assert.Equal(big, copy.ToArray());
    }

    [Fact]
    public Task Reader_that_is_always_one_byte_behind_does_not_pile_up_what_it_has_read() => OwnProcess.RunAsync(typeof(MessageReadStreamTests), () =>
    {
        var played = new Played(setup: o => o.MaxMessageSize = long.MaxValue);
        ValueTask<WebSocketMessageStream?> opening = played.Connection.ReceiveStreamAsync();
        const int Piece = 8 * KiB;
        byte[] frame = played.Frame(Played.Binary, new byte[Piece - 14], fin: false), next = played.Frame(0, new byte[Piece - 14], fin: false);
        played.Wire.Push(frame);
        WebSocketMessageStream stream = opening.AsTask().GetAwaiter().GetResult()!;
        byte[] scratch = new byte[next.Length], buffer = new byte[Piece - 14];
        stream.ReadExactly(buffer, 0, buffer.Length - 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 4_000; i++)
        {
            next.CopyTo(scratch, 0);
            played.Wire.PushInPlace(scratch);
            for (int left = buffer.Length; left > 0;)
            {
                ValueTask<int> read = stream.ReadAsync(buffer.AsMemory(0, left));
                Assert.True(read.IsCompletedSuccessfully);
                left -= read.Result;
            }
        }

        OwnProcess.Figure("bytes allocated for a message of 32 MB", GC.GetAllocatedBytesForCurrentThread() - before, 2 * 1024 * KiB);
    });

    [Fact]
    public void Stream_of_a_received_message_cannot_be_written()
    {
        var played = new Played();
        played.PeerText("x");
        using WebSocketMessageStream stream = played.Connection.ReceiveStreamAsync().AsTask().GetAwaiter().GetResult()!;
        Assert.Throws<NotSupportedException>(() => stream.Write([1], 0, 1));
        byte[] buffer = new byte[4];
        Assert.Equal(0, stream.Read(buffer, 0, 0));
        Assert.Equal(1, stream.Read(buffer, 0, 4));
    }

    private static async Task<string> ReadText(Stream stream, byte[] buffer) => Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer));
}
