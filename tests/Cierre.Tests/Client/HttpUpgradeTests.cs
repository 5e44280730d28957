using System.Net.Sockets;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>The handler belongs to the application as far as it likes.</summary>
public sealed class HttpUpgradeTests
{
    [Fact]
    public async Task Handler_is_set_up_once_for_each_opening()
    {
        await using var server = RawServer.Start(_ => Task.CompletedTask);
        int calls = 0;
        var options = new WebSocketClientOptions { ConfigureHandler = _ => calls++ };
        (await WebSocketConnection.ConnectAsync(server.Url, options).WaitAsync(ClientRig.Bound)).Abort();
        (await WebSocketConnection.ConnectAsync(server.Url, options).WaitAsync(ClientRig.Bound)).Abort();
        Assert.Equal(2, calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dial_and_filter_of_the_application_are_kept(bool hidesSocket)
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync((await peer.ReadFrameAsync()).Text);
            RawFrame close = await peer.ReadFrameAsync();
            await peer.SendCloseAsync(close.CloseCode!.Value);
        });
        bool filtered = false;
        WebSocketConnection connection = await ClientRig.ConnectAsync(new Uri("ws://made.up:9/"), o => o.ConfigureHandler = handler =>
        {
            handler.ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync("localhost", server.Port, token);
                var stream = new NetworkStream(socket, ownsSocket: true);
                return hidesSocket ? new Hiding(stream) : stream;
            };
            handler.PlaintextStreamFilter = (context, _) =>
            {
                filtered = true;
                return ValueTask.FromResult(context.PlaintextStream);
            };
        });
        Assert.True(filtered);
        await connection.SendAsync("hello");
        Assert.Equal("hello", (await connection.ReceiveAsync().AsTask().WaitAsync(ClientRig.Bound))!.Value.GetText());
        Assert.Equal((4001, true), await Close());

        async Task<(int, bool)> Close()
        {
            CloseRecord record = await connection.CloseAsync(4001).WaitAsync(ClientRig.Bound);
            return (record.Code, record.WasClean);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Abort_is_a_reset_for_the_server_where_the_socket_is_ours(bool tls)
    {
        using var certificate = Certificates.ForLocalhost();
        var ended = new TaskCompletionSource<RawEnd>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = RawServer.Start(async peer => ended.SetResult((await peer.ReadToEndAsync()).End), certificate: tls ? certificate : null);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, ClientRig.Trusting);
        connection.Abort();
        Assert.Equal(RawEnd.Reset, await ended.Task.WaitAsync(ClientRig.Bound));
        Assert.Equal(CloseCause.Aborted, (await connection.Closed.WaitAsync(ClientRig.Bound)).Cause);
        connection.Abort();
        await connection.DisposeAsync();
    }

    /// <summary>A stream that shows no socket.</summary>
    private sealed class Hiding(NetworkStream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
