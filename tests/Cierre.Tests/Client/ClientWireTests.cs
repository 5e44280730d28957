using System.IO.Pipelines;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using Cierre.Client;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class ClientWireTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_is_flushed_over_HTTP_2_where_nothing_leaves_otherwise(bool http2)
    {
        var stream = new Recording();
        await Wire(stream, http2: http2).WriteAsync("abc"u8.ToArray());
        Assert.Equal(http2 ? ["write 3", "flush"] : ["write 3"], stream.Calls);
    }

    [Fact]
    public async Task Without_a_socket_nothing_is_unread_no_direction_ends_alone_and_abort_ends_the_stream()
    {
        var stream = new Recording();
        ClientWire wire = Wire(stream, canHalfClose: true);
        Assert.Equal(0, wire.Unread);
        await wire.ShutdownSendAsync();
        Assert.Empty(stream.Calls);
        wire.Abort();
        Assert.Equal(["dispose"], stream.Calls);
    }

    [Fact]
    public async Task Everything_is_let_go_though_the_stream_fails_at_its_end()
    {
        var handler = new Handler();
        var wire = new ClientWire(PipeReader.Create(Stream.Null), new Recording { DisposeThrows = true }, null, false, false, new HttpResponseMessage(), new HttpMessageInvoker(handler));
        await Assert.ThrowsAsync<IOException>(async () => await wire.DisposeAsync());
        Assert.True(handler.IsDisposed);
    }

    [Fact]
    public async Task Socket_tells_what_is_unread_ends_one_direction_and_is_cut()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndpoint);
        using Socket peer = await listener.AcceptSocketAsync();
        ClientWire wire = Wire(new NetworkStream(socket), socket, canHalfClose: true);
        Assert.Equal(0, wire.Unread);
        await peer.SendAsync(new byte[1]);
        socket.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead);
        Assert.Equal(1, wire.Unread);
        await wire.ShutdownSendAsync();
        Assert.Equal(0, await peer.ReceiveAsync(new byte[1]).WaitAsync(ClientRig.Bound));
        wire.Abort();
        Assert.Equal(0, wire.Unread);
        peer.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead);
    }

    private static ClientWire Wire(Stream stream, Socket? socket = null, bool canHalfClose = false, bool http2 = false) =>
        new(PipeReader.Create(Stream.Null), stream, socket, canHalfClose, http2, new HttpResponseMessage(), new HttpMessageInvoker(new Handler()));

    private sealed class Handler : HttpMessageHandler
    {
        public bool IsDisposed { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    private sealed class Recording : MemoryStream
    {
        public List<string> Calls { get; } = [];

        public bool DisposeThrows { get; init; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Calls.Add($"write {buffer.Length}");
            return default;
        }

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            Calls.Add("flush");
            return Task.CompletedTask;
        }

        public override ValueTask DisposeAsync() => DisposeThrows ? ValueTask.FromException(new IOException("broken")) : base.DisposeAsync();

        protected override void Dispose(bool disposing)
        {
            Calls.Add("dispose");
            base.Dispose(disposing);
        }
    }
}
