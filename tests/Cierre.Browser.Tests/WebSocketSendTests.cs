using System.Text;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>WHATWG WebSockets 3, send().</summary>
public sealed class WebSocketSendTests
{
    /// <summary>A server that notes every message, fragments joined, until the close frame, which it answers.</summary>
    private static RawServer Noting(List<(int Opcode, byte[] Bytes)> seen) => RawServer.Start(async peer =>
    {
        List<byte> message = [];
        int opcode = 0;
        while (true)
        {
            RawFrame frame = await peer.ReadFrameAsync();
            if (frame.Opcode == 8)
            {
                await peer.SendFrameAsync(8, frame.Payload);
                return;
            }

            if (frame.Opcode != 0) opcode = frame.Opcode;
            message.AddRange(frame.Payload);
            if (!frame.Fin) continue;
            seen.Add((opcode, [.. message]));
            message.Clear();
        }
    });

    private static async Task<List<(int Opcode, byte[] Bytes)>> PlayAsync(Action<WebSocket> send)
    {
        List<(int, byte[])> seen = [];
        await using RawServer server = Noting(seen);
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        send(rig.Socket);
        rig.Socket.Close(1000);
        CloseEvent close = await rig.CloseAsync();
        Assert.True(close.WasClean, close.Explain());
        await server.ScriptsAsync();
        return seen;
    }

    private static string Text((int Opcode, byte[] Bytes) message) => $"{message.Opcode} {Encoding.UTF8.GetString(message.Bytes)}";

    [Fact]
    public async Task Send_while_CONNECTING_is_an_InvalidStateError()
    {
        // Until the task of the open event runs the state is CONNECTING, whatever the network has done by then.
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync());
        WebSocket socket = SocketRig.WithContext(new NeverContext(), () => new WebSocket(server.Url.ToString()));
        Assert.Equal("InvalidStateError", Assert.Throws<DomException>(() => socket.Send("x")).Name);
        Assert.Throws<DomException>(() => socket.Send(new byte[1]));
        Assert.Throws<DomException>(() => socket.Send(new ReadOnlyMemory<byte>(new byte[1])));
        Assert.Throws<DomException>(() => socket.Send(new Blob(default)));
        Assert.Equal((0L, WebSocket.CONNECTING), (socket.BufferedAmount, socket.ReadyState));
        socket.Close();
    }

    [Fact]
    public async Task Each_kind_goes_out_as_its_kind_in_order()
    {
        var seen = await PlayAsync(socket =>
        {
            socket.Send("t\u00E9xt");
            socket.Send("bytes"u8.ToArray());
            socket.Send(new ReadOnlyMemory<byte>("memory"u8.ToArray()));
            socket.Send(new Blob("blob"u8.ToArray()));
            socket.Send("");
            socket.Send(Array.Empty<byte>());
        });
        Assert.Equal(["1 t\u00E9xt", "2 bytes", "2 memory", "2 blob", "1 ", "2 "], seen.Select(Text));
    }

    [Fact]
    public async Task Lone_surrogates_become_the_replacement_character()
    {
        var seen = await PlayAsync(socket => socket.Send("a\uD800b\uDC00\uD83D\uDE00"));
        Assert.Equal(["1 a\uFFFDb\uFFFD\uD83D\uDE00"], seen.Select(Text));
    }

    [Fact]
    public async Task Bytes_are_copied()
    {
        // Behind a blob that is not read yet, so that nothing is sent before the array changes.
        var mayRead = new TaskCompletionSource<byte[]>();
        var seen = await PlayAsync(socket =>
        {
            byte[] bytes = "before"u8.ToArray();
            socket.Send(Blob.FromStream(() => LaterStream.Of(mayRead.Task), 4));
            socket.Send(bytes);
            socket.Send(bytes.AsMemory());
            bytes.AsSpan().Clear();
            mayRead.SetResult("blob"u8.ToArray());
        });
        Assert.Equal(["2 blob", "2 before", "2 before"], seen.Select(Text));
    }

    [Fact]
    public async Task Blob_that_is_read_later_keeps_its_place()
    {
        var mayRead = new TaskCompletionSource<byte[]>();
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "file");
        try
        {
            var seen = await PlayAsync(socket =>
            {
                socket.Send("one");
                socket.Send(Blob.FromStream(() => LaterStream.Of(mayRead.Task), 6));
                socket.Send("two");
                socket.Send(Blob.FromFile(path));
                socket.Send("three");
                _ = Task.Run(() => mayRead.SetResult("stream"u8.ToArray()));
            });
            Assert.Equal(["1 one", "2 stream", "1 two", "2 file", "1 three"], seen.Select(Text));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Large_blob_is_one_message_of_many_fragments()
    {
        byte[] bytes = new byte[300_001];
        new Random(7).NextBytes(bytes);
        var seen = await PlayAsync(socket =>
        {
            socket.Send(Blob.FromStream(() => new MemoryStream([.. bytes, 1, 2, 3]), bytes.Length));
            socket.Send("after");
        });
        Assert.Equal(2, seen.Count);
        Assert.Equal(2, seen[0].Opcode);
        Assert.Equal(bytes, seen[0].Bytes);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200_000)]
    public async Task Blob_that_cannot_be_read_drops_the_connection(int size)
    {
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync());
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        rig.Socket.Send(Blob.FromStream(() => new MemoryStream(new byte[size - 1]), size));
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1006, CloseCause.Aborted, EndedBy.Local), (close.Code, close.Record!.Cause, close.Record.EndedBy));
        Assert.Contains("EndOfStreamException", close.Record.Detail, StringComparison.Ordinal);
        Assert.IsType<EndOfStreamException>(rig.Error!.Error);
        Assert.Equal(["open 1", "error 3", "close 3"], rig.Seen);
    }

    [Fact]
    public async Task Null_is_refused()
    {
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync());
        SocketRig rig = SocketRig.To(server);
        Assert.Throws<ArgumentNullException>(() => rig.Socket.Send((string)null!));
        Assert.Throws<ArgumentNullException>(() => rig.Socket.Send((byte[])null!));
        Assert.Throws<ArgumentNullException>(() => rig.Socket.Send((Blob)null!));
        await rig.Socket.DisposeAsync();
    }

    [Fact]
    public async Task Full_buffer_drops_the_connection()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.ReadFrameAsync();
            Assert.Equal(RawEnd.Reset, (await peer.ReadToEndAsync()).End);
        });
        SocketRig rig = SocketRig.To(server, new BrowserWebSocketOptions { MaxBufferedAmount = 1000 });
        await rig.OpenAsync();
        rig.Socket.Send("first");
        rig.Socket.Send(new byte[1001]);
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1006, false, CloseCause.Aborted, EndedBy.Local), (close.Code, close.WasClean, close.Record!.Cause, close.Record.EndedBy));
        Assert.Contains("over the limit of 1000", close.Record.Detail, StringComparison.Ordinal);
        Assert.Equal(["open 1", "error 3", "close 3"], rig.Seen);
    }

    private sealed class NeverContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) { }
    }
}
