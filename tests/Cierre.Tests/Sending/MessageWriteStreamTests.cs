using System.Text;
using Cierre.TestKit;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class MessageWriteStreamTests
{
    [Fact]
    public async Task Each_write_is_a_fragment_and_disposing_ends_the_message()
    {
        var played = new Played();
        await using (WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text))
        {
            Assert.Equal((WebSocketMessageKind.Text, true, false), (stream.Kind, stream.CanWrite, stream.CanRead));
            await stream.WriteAsync("one "u8.ToArray());
            await stream.WriteAsync(Memory<byte>.Empty);
            await stream.WriteAsync(Encoding.UTF8.GetBytes("-two-"), 1, 3, CancellationToken.None);
        }

        Assert.Equal([(1, false, "one "), (0, false, "two"), (0, true, "")], played.Sent.Select(f => (f.Opcode, f.Fin, f.Text)));
    }

    [Fact]
    public void Written_and_disposed_without_await_it_does_the_same()
    {
        var played = new Played();
        using (WebSocketMessageStream stream = played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary).AsTask().GetAwaiter().GetResult())
        {
            stream.Write("sync"u8);
            stream.Flush();
        }

        Assert.Equal([(2, false, "sync"), (0, true, "")], played.Sent.Select(f => (f.Opcode, f.Fin, f.Text)));
    }

    [Fact]
    public async Task Message_without_a_write_is_empty()
    {
        var played = new Played();
        await (await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary)).DisposeAsync();
        Assert.Equal([(2, true, 0)], played.Sent.Select(f => (f.Opcode, f.Fin, f.Payload.Length)));
    }

    [Fact]
    public async Task Other_messages_wait_until_it_ends()
    {
        var played = new Played();
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text);
        Task other = played.Connection.SendAsync("other").AsTask();
        Task<WebSocketMessageStream> next = played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary).AsTask();
        await stream.WriteAsync("first"u8.ToArray());
        Assert.False(other.IsCompleted || next.IsCompleted);
        await stream.DisposeAsync();
        await Played.Within(other);
        await (await Played.Within(next)).DisposeAsync();
        Assert.Equal([(1, "first"), (0, ""), (1, "other"), (2, "")], played.Sent.Select(f => (f.Opcode, f.Text)));
    }

    [Fact]
    public async Task Write_waits_for_room_and_a_pong_gets_between()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary);
        await stream.WriteAsync(new byte[64 * 1024]);
        Task second = stream.WriteAsync(new byte[10]).AsTask();
        Assert.False(second.IsCompleted);
        played.Peer(Played.Ping, "?"u8);
        played.Wire.HoldsFlushes = false;
        played.Wire.CompleteFlush();
        await Played.Within(second);
        await stream.DisposeAsync();
        Assert.Equal([2, Played.Pong, 0, 0], played.Sent.Select(f => f.Opcode));
    }

    [Fact]
    public async Task Waiting_to_open_can_be_cancelled_and_harms_nothing()
    {
        var played = new Played();
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text);
        using var source = new CancellationTokenSource();
        Task waiting = played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text, source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(waiting));
        await stream.DisposeAsync();
        await Played.Within(played.Connection.SendAsync("goes on").AsTask());
        Assert.Equal("goes on", played.Sent[^1].Text);
    }

    [Fact]
    public async Task Write_that_waits_for_room_can_be_cancelled_and_the_message_goes_on()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary);
        await stream.WriteAsync(new byte[64 * 1024]);
        using var source = new CancellationTokenSource();
        Task waiting = stream.WriteAsync("taken out"u8.ToArray(), source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(waiting));
        played.Wire.HoldsFlushes = false;
        played.Wire.CompleteFlush();
        await stream.WriteAsync("goes on"u8.ToArray());
        await stream.DisposeAsync();
        Assert.Equal(["goes on", ""], played.Sent.Skip(1).Select(f => f.Text));
    }

    [Fact]
    public async Task Only_one_write_may_wait()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary);
        await stream.WriteAsync(new byte[64 * 1024]);
        Task waiting = stream.WriteAsync("a"u8.ToArray()).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await stream.WriteAsync("b"u8.ToArray()));
        played.Wire.CompleteFlush();
        await Played.Within(waiting);
    }

    [Fact]
    public async Task Disposing_while_a_write_waits_ends_the_message_behind_it()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary);
        await stream.WriteAsync(new byte[64 * 1024]);
        Task waiting = stream.WriteAsync("last"u8.ToArray()).AsTask();
        Task disposing = stream.DisposeAsync().AsTask();
        Task next = played.Connection.SendAsync("next").AsTask();
        while (played.Wire.IsFlushHeld) played.Wire.CompleteFlush();
        await Played.Within(Task.WhenAll(waiting, disposing, next));
        Assert.Equal([(0, false, "last"), (0, true, ""), (1, true, "next")], played.Sent.Skip(1).Select(f => (f.Opcode, f.Fin, f.Text)));
    }

    [Fact]
    public async Task Closed_by_the_peer_a_write_says_so_and_disposing_does_not()
    {
        var played = new Played();
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text);
        await stream.WriteAsync("begun"u8.ToArray());
        Task queued = played.Connection.SendAsync("queued").AsTask();
        played.PeerClose(4004);
        Assert.Equal(4004, (await Assert.ThrowsAsync<WebSocketClosedException>(async () => await stream.WriteAsync("more"u8.ToArray()))).Record.Code);
        await Assert.ThrowsAsync<WebSocketClosedException>(() => Played.Within(queued));
        await stream.DisposeAsync();
        Assert.Equal([(1, false), (Played.Close, true)], played.Sent.Select(f => (f.Opcode, f.Fin)));
    }

    [Fact]
    public async Task Our_close_does_not_wait_for_a_message_that_nobody_ends()
    {
        var played = new Played();
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text);
        await stream.WriteAsync("begun"u8.ToArray());
        Task<CloseRecord> closed = played.Connection.CloseAsync();
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await stream.WriteAsync("more"u8.ToArray()));
        played.PeerClose(1000);
        played.Wire.End();
        Assert.True((await Played.Within(closed)).WasClean);
        Assert.Equal([1, Played.Close], played.Sent.Select(f => f.Opcode));
    }

    [Fact]
    public async Task Disposed_stream_takes_nothing_more()
    {
        var played = new Played();
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text);
        await stream.DisposeAsync();
        await stream.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stream.WriteAsync("x"u8.ToArray()));
        Assert.Throws<NotSupportedException>(() => stream.Read(new byte[1], 0, 1));
        Assert.Single(played.Sent);
    }

    [Theory]
    [InlineData("FF", "")]
    [InlineData("61 ED A0 80", "")]
    [InlineData("C3", "28")]
    [InlineData("F0 9F", "98 41")]
    [InlineData("C3 A9 80", "")]
    public async Task Text_that_is_not_UTF8_is_refused_before_it_is_written_and_the_message_goes_on(string first, string second)
    {
        var played = new Played();
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text);
        await stream.WriteAsync("good "u8.ToArray());
        if (second.Length != 0) await stream.WriteAsync(Convert.FromHexString(first.Replace(" ", "", StringComparison.Ordinal)));
        byte[] bad = Convert.FromHexString((second.Length == 0 ? first : second).Replace(" ", "", StringComparison.Ordinal));
        await Assert.ThrowsAsync<ArgumentException>(async () => await stream.WriteAsync(bad));
        if (second.Length == 0)
        {
            await stream.WriteAsync("and more"u8.ToArray());
            await stream.DisposeAsync();
        }
        else
        {
            await stream.WriteAsync((byte[])(bad.Length == 1 ? [0xA9] : [0x98, 0x80]));
            await stream.DisposeAsync();
        }

        await played.Connection.SendAsync("next");
        Assert.Equal(second.Length == 0 ? "good and more" : bad.Length == 1 ? "good é" : "good 😀", string.Concat(played.Sent.SkipLast(1).Select(f => f.Text)));
        Assert.True(played.Sent[^2].Fin);
        Assert.Equal((1, true, "next"), (played.Sent[^1].Opcode, played.Sent[^1].Fin, played.Sent[^1].Text));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Character_may_be_split_between_writes(int size)
    {
        var played = new Played();
        const string Text = "é€😀a😀€é";
        byte[] utf8 = Encoding.UTF8.GetBytes(Text);
        await using (WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text))
        {
            for (int at = 0; at < utf8.Length; at += size) await stream.WriteAsync(utf8.AsMemory(at, Math.Min(size, utf8.Length - at)));
        }

        Assert.Equal(utf8, played.Sent.SelectMany(f => f.Payload));
        // What is out is whole characters at any time.
        Assert.All(played.Sent, f => Assert.Equal(f.Payload, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(f.Payload))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Text_that_ends_inside_a_character_is_never_ended_and_closes_with_1011(bool async)
    {
        var played = new Played();
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text);
        await stream.WriteAsync(new byte[] { (byte)'a', 0xE2, 0x82 });
        if (async) await stream.DisposeAsync();
        else stream.Dispose();
        Assert.Equal([(1, false, "a"), (Played.Close, true, "\u0003\ufffda text message ended inside a character")], played.Sent.Select(f => (f.Opcode, f.Fin, f.Text)));
        CloseRecord why = (await Assert.ThrowsAsync<WebSocketClosedException>(async () => await played.Connection.SendAsync("later"))).Record;
        Assert.Equal((CloseCause.HandlerFailed, "a text message ended inside a character"), (why.Cause, why.Detail));
        await stream.DisposeAsync();
        played.PeerClose(1011);
        played.Wire.End();
        Assert.Equal((1011, true, EndedBy.Local), await Played.Within(played.Connection.Closed) is var record ? (record.Code, record.WasClean, record.EndedBy) : default);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_body_of_a_using_threw_comes_out_whatever_becomes_of_the_message(bool async)
    {
        var played = new Played();
        Exception thrown = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text);
            if (async)
            {
                await using (stream) await FailAsync(stream);
            }
            else
            {
                using (stream) await FailAsync(stream);
            }
        });
        Assert.Equal("the body's", thrown.Message);
        Assert.False(played.Connection.IsOpen);

        static async Task FailAsync(WebSocketMessageStream stream)
        {
            await stream.WriteAsync(new byte[] { 0xE2 });
            throw new InvalidDataException("the body's");
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Connection_that_ends_while_the_end_of_a_message_waits_is_no_exception_of_disposing(bool lost, bool async)
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary);
        await stream.WriteAsync(new byte[64 * 1024]);
        Task waiting = stream.WriteAsync("last"u8.ToArray()).AsTask();
        Task disposing = async ? stream.DisposeAsync().AsTask() : Task.Run(stream.Dispose, TestContext.Current.CancellationToken);
        if (lost) played.Connection.Abort();
        else played.PeerClose(4004);
        await Assert.ThrowsAsync<WebSocketClosedException>(() => Played.Within(waiting));
        await Played.Within(disposing);
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await played.Connection.SendAsync("later"));
    }

    [Fact]
    public async Task Write_that_was_cancelled_leaves_what_was_begun_of_a_character()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text);
        await stream.WriteAsync((byte[])[.. new byte[64 * 1024], 0xE2]);
        using var source = new CancellationTokenSource();
        Task waiting = stream.WriteAsync(new byte[] { 0x82, 0xAC, 0xC3 }, source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(waiting));
        played.Wire.HoldsFlushes = false;
        played.Wire.CompleteFlush();
        await stream.WriteAsync(new byte[] { 0x82, 0xAC });
        await stream.DisposeAsync();
        Assert.Equal(["€", ""], played.Sent.Skip(1).Select(f => f.Text));
    }

    [Fact]
    public async Task Bytes_are_not_text()
    {
        var played = new Played();
        WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary);
        await stream.WriteAsync(new byte[] { 0xFF, 0xE2 });
        await stream.DisposeAsync();
        Assert.Equal([0xFF, 0xE2], played.Sent[0].Payload);
    }
}
