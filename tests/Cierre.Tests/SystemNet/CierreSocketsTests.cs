using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.SystemNet;

public sealed class CierreSocketsTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Two_ends_over_pipes_exchange_a_message_and_close()
    {
        var toServer = new Pipe();
        var toClient = new Pipe();
        WebSocket client = CierreSockets.CreateFromPipe(new Duplex(toClient.Reader, toServer.Writer), WebSocketRole.Client);
        WebSocket server = CierreSockets.CreateFromPipe(new Duplex(toServer.Reader, toClient.Writer), WebSocketRole.Server);
        await TalkAsync(client, server);
    }

    [Fact]
    public async Task Two_ends_over_sockets_exchange_a_message_and_close()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var connecting = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await connecting.ConnectAsync(listener.LocalEndPoint!);
        Socket accepted = await listener.AcceptAsync();
        WebSocket client = CierreSockets.CreateFromStream(new NetworkStream(connecting, ownsSocket: true), WebSocketRole.Client);
        WebSocket server = CierreSockets.CreateFromStream(new NetworkStream(accepted, ownsSocket: true), WebSocketRole.Server);
        await TalkAsync(client, server);
    }

    [Fact]
    public async Task Ours_speaks_with_the_framework_s_own_over_a_stream()
    {
        var toServer = new Pipe();
        var toClient = new Pipe();
        WebSocket theirs = WebSocket.CreateFromStream(new Both(toClient.Reader, toServer.Writer), isServer: false, subProtocol: null, TimeSpan.Zero);
        WebSocket ours = CierreSockets.CreateFromStream(new Both(toServer.Reader, toClient.Writer), WebSocketRole.Server);
        await TalkAsync(theirs, ours);
    }

    [Fact]
    public void Socket_of_somebody_else_s_has_no_connection_of_ours() =>
        Assert.Null(WebSocket.CreateFromStream(new MemoryStream(), isServer: true, subProtocol: null, TimeSpan.Zero).GetCierre());

    [Fact]
    public void Options_are_not_changed()
    {
        var options = new WebSocketConnectionOptions();
        using WebSocket socket = CierreSockets.CreateFromPipe(new Duplex(new Pipe().Reader, new Pipe().Writer), WebSocketRole.Server, options);
        Assert.False(options.ByHand);
    }

    /// <summary>No message is held, so that fragments cost nothing, and the framework has no limit either.</summary>
    [Fact]
    public void Reader_by_hand_has_no_limits_on_messages_unless_they_are_set()
    {
        var options = new WebSocketConnectionOptions();
        options.ReadByHand(TimeSpan.MaxValue, TimeSpan.MaxValue);
        Assert.Equal((long.MaxValue, int.MaxValue), (options.ToLimits().MaxMessageSize, options.ToLimits().MaxFragments));
        Assert.Equal((TimeSpan.FromDays(24), TimeSpan.FromDays(24)), (options.PingInterval, options.PingTimeout));
        options = new WebSocketConnectionOptions { MaxMessageSize = 10, MaxFragments = 3 };
        options.ReadByHand(TimeSpan.Zero);
        var copy = new WebSocketConnectionOptions(options);
        Assert.Equal((10, 3), (copy.ToLimits().MaxMessageSize, copy.ToLimits().MaxFragments));
    }

    [Fact]
    public void What_cannot_be_a_stream_of_a_WebSocket_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => CierreSockets.CreateFromStream(null!, WebSocketRole.Server));
        Assert.Throws<ArgumentNullException>(() => CierreSockets.CreateFromPipe(null!, WebSocketRole.Server));
        Assert.Throws<ArgumentException>(() => CierreSockets.CreateFromStream(new MemoryStream([], writable: false), WebSocketRole.Server));
        Assert.Throws<ArgumentOutOfRangeException>(() => CierreSockets.CreateFromStream(new MemoryStream(), (WebSocketRole)7));
        Assert.Throws<ArgumentNullException>(() => CierreSockets.GetCierre(null!));
    }

    private static async Task TalkAsync(WebSocket client, WebSocket server)
    {
        byte[] buffer = new byte[100];
        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, None);
        WebSocketReceiveResult result = await Played.Within(server.ReceiveAsync(buffer, None));
        Assert.Equal((5, true, WebSocketMessageType.Text), (result.Count, result.EndOfMessage, result.MessageType));
        Task closing = client.CloseAsync((WebSocketCloseStatus)4000, "done", None);
        result = await Played.Within(server.ReceiveAsync(buffer, None));
        Assert.Equal((WebSocketMessageType.Close, (WebSocketCloseStatus?)4000, "done"), (result.MessageType, result.CloseStatus, result.CloseStatusDescription));
        await Played.Within(server.CloseAsync((WebSocketCloseStatus)4001, "seen", None));
        await Played.Within(closing);
        Assert.Equal(((WebSocketCloseStatus?)4001, WebSocketState.Closed, WebSocketState.Closed), (client.CloseStatus, client.State, server.State));
        client.Dispose();
        server.Dispose();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Both(PipeReader input, PipeWriter output) : Stream
    {
        private readonly Stream _input = input.AsStream();
        private readonly Stream _output = output.AsStream();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _output.WriteAsync(buffer, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            _input.Dispose();
            _output.Dispose();
            base.Dispose(disposing);
        }
    }
}
