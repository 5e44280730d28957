using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Cierre.Transports;
using Xunit;

namespace Cierre.TestKit;

/// <summary>What each transport over a socket of its own does, whatever waits for the socket.</summary>
public abstract class SocketTransportContract : IDisposable
{
    private protected static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly Socket _peer;
    private readonly Socket _socket;

    private readonly Lazy<Transport> _made;

    protected SocketTransportContract()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _peer.Connect(listener.LocalEndpoint);
        _socket = listener.AcceptSocket();
        _made = new Lazy<Transport>(() => Create(_socket, earlier: null));
    }

    private protected TestReceiver Receiver { get; } = new();

    private protected Transport OfSocket => _made.Value;

    private protected abstract Transport Create(Socket socket, Transport.EarlierReader? earlier);

    /// <summary>Ends the socket as the host does that aborts a connection.</summary>
    private protected virtual void Cut(Socket socket) => socket.Close(timeout: 0);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        _peer.Dispose();
        _socket.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(1_000_000)]
    public async Task Bytes_are_pushed_in_order_and_the_end_follows_them(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        OfSocket.Start(Receiver);
        await SendAsync(bytes);
        _peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(TransportEndKind.EndOfStream, (await Receiver.End.WaitAsync(Bound)).Kind);
        Assert.Equal(bytes, Receiver.Bytes);
    }

    [Fact]
    public async Task What_waits_in_the_kernel_comes_as_one_piece()
    {
        await SendAsync(new byte[20_000]);
        Assert.True(SpinWait.SpinUntil(() => _socket.Available == 20_000, Bound));
        OfSocket.Start(Receiver);
        await Receiver.CameAsync(20_000);
        Assert.Equal([true], Receiver.Lasts);
        Assert.Equal(1, Receiver.Batches);
    }

    [Fact]
    public async Task What_an_earlier_reader_left_comes_first()
    {
        var earlier = new Pipe(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        var ended = new TaskCompletionSource<Exception?>();
        await earlier.Writer.WriteAsync(new byte[] { 1, 2, 3 });
        var transport = Create(_socket, new Transport.EarlierReader(earlier.Reader, ended.Task));
        transport.Start(Receiver);
        await SendAsync([6, 7]);
        await earlier.Writer.WriteAsync(new byte[] { 4, 5 });
        await earlier.Writer.CompleteAsync();
        ended.SetResult(null);
        await Receiver.CameAsync(7);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], Receiver.Bytes);
    }

    [Fact]
    public async Task End_that_an_earlier_reader_met_is_the_end()
    {
        // The kernel tells of a reset once.
        var earlier = new Pipe();
        await earlier.Writer.CompleteAsync();
        var reset = new IOException("reset", new SocketException((int)SocketError.ConnectionReset));
        Create(_socket, new Transport.EarlierReader(earlier.Reader, Task.FromResult<Exception?>(reset))).Start(Receiver);
        TransportEnd end = await Receiver.End.WaitAsync(Bound);
        Assert.Equal(TransportEndKind.Reset, end.Kind);
        Assert.Same(reset, end.Exception);
    }

    [Fact]
    public async Task Memory_of_an_earlier_reader_that_has_failed_is_given_back()
    {
        var pool = new CountingPool();
        var earlier = new Pipe(new PipeOptions(pool, useSynchronizationContext: false));
        var transport = Create(_socket, new Transport.EarlierReader(earlier.Reader, Task.FromResult<Exception?>(null)));
        await earlier.Writer.WriteAsync(new byte[] { 1 });
        Assert.Equal(1, pool.Rented);
        var failure = new IOException("of the reader");
        await earlier.Writer.CompleteAsync(failure);
        transport.Start(Receiver);
        Assert.Same(failure, (await Receiver.End.WaitAsync(Bound)).Exception);
        Assert.Equal(0, pool.Rented);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(70_000)]
    public async Task FullReceiver_gets_the_rest_when_it_has_room_and_nothing_twice(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        Receiver.Room = 10;
        OfSocket.Start(Receiver);
        await SendAsync(bytes);
        await Receiver.Full.WaitAsync(Bound);
        Assert.Equal(10, Receiver.Bytes.Length);
        // One that comes while there is still no room changes nothing.
        OfSocket.Resume();
        Receiver.Room = 1_000_000;
        OfSocket.Resume();
        _peer.Shutdown(SocketShutdown.Send);
        await Receiver.End.WaitAsync(Bound);
        Assert.Equal(bytes, Receiver.Bytes);
    }

    [Fact]
    public async Task Receiver_that_is_full_does_not_read_on_and_the_peer_has_to_wait()
    {
        Receiver.Room = 0;
        OfSocket.Start(Receiver);
        _peer.Blocking = false;
        byte[] block = new byte[64 * 1024];
        long sent = 0;
        for (int i = 0; i < 2000 && sent < 256L << 20; i++)
        {
            int now = _peer.Send(block, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock && Receiver.Full.IsCompleted) break;
            if (error == SocketError.Success) sent += now;
            else await Task.Delay(5);
        }

        Assert.InRange(sent, 1, 64L << 20);
        Assert.Empty(Receiver.Bytes);
    }

    [Fact]
    public async Task Receiver_that_holds_gets_neither_more_nor_the_end_until_it_resumes()
    {
        Receiver.IsHolding = true;
        OfSocket.Start(Receiver);
        await SendAsync([1]);
        await Receiver.CameAsync(1);
        _peer.Shutdown(SocketShutdown.Send);
        OfSocket.Resume();
        Assert.False(Receiver.End.IsCompleted);
        Receiver.IsHolding = false;
        OfSocket.Resume();
        Assert.Equal(TransportEndKind.EndOfStream, (await Receiver.End.WaitAsync(Bound)).Kind);
    }

    [Fact]
    public async Task Peers_reset_is_a_reset()
    {
        OfSocket.Start(Receiver);
        ResetPeer();
        Assert.Equal(TransportEndKind.Reset, (await Receiver.End.WaitAsync(Bound)).Kind);
    }

    [Fact]
    public async Task Socket_that_the_host_disposes_is_cut()
    {
        OfSocket.Start(Receiver);
        Cut(_socket);
        Assert.Equal(TransportEndKind.CutHere, (await Receiver.End.WaitAsync(Bound)).Kind);
        Assert.Equal(0, OfSocket.Unread);
    }

    [Fact]
    public async Task Error_that_a_call_meets_while_the_host_disposes_the_socket_is_not_the_peers()
    {
        OfSocket.Start(Receiver);
        // As a call does that is under way; until it returns the handle is not closed.
        bool held = false;
        _socket.SafeHandle.DangerousAddRef(ref held);
        Task cut = Task.Run(() => Cut(_socket));
        Assert.True(SpinWait.SpinUntil(() => Transport.IsDisposed(_socket), Bound));
        Assert.False(_socket.SafeHandle.IsClosed);
        Assert.Equal(TransportEndKind.CutHere, OfSocket.EndOf(new SocketException((int)SocketError.ConnectionReset)).Kind);
        _socket.SafeHandle.DangerousRelease();
        await cut.WaitAsync(Bound);
        Assert.Equal(TransportEndKind.CutHere, (await Receiver.End.WaitAsync(Bound)).Kind);
    }

    [Fact]
    public async Task Flushed_bytes_and_the_end_of_our_direction_reach_the_peer_and_its_own_still_count()
    {
        OfSocket.Start(Receiver);
        await FlushAsync([1, 2, 3]);
        await OfSocket.ShutdownSendAsync();
        Assert.Equal([1, 2, 3], await ReadToEndAsync());
        await SendAsync([4]);
        _peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(TransportEndKind.EndOfStream, (await Receiver.End.WaitAsync(Bound)).Kind);
        Assert.Equal([4], Receiver.Bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Letting_go_ends_a_wait_in_order_and_aReceiver_that_is_full(bool full)
    {
        if (full) Receiver.Room = 0;
        OfSocket.Start(Receiver);
        if (full)
        {
            await SendAsync([1]);
            await Receiver.Full.WaitAsync(Bound);
        }

        await FlushAsync([9]);
        OfSocket.Close();
        Assert.Equal(TransportEndKind.Closed, (await Receiver.End.WaitAsync(Bound)).Kind);
        await OfSocket.ReleaseAsync();
        Assert.Equal([9], await ReadToEndAsync());
    }

    [Fact]
    public async Task Aborting_cuts_the_connection()
    {
        OfSocket.Start(Receiver);
        OfSocket.Abort();
        Assert.Equal(TransportEndKind.Closed, (await Receiver.End.WaitAsync(Bound)).Kind);
        await OfSocket.ReleaseAsync();
        SocketException reset = await Assert.ThrowsAsync<SocketException>(ReadToEndAsync);
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
    }

    [Fact]
    public async Task Peer_that_takes_nothing_is_cut_when_we_let_go()
    {
        OfSocket.Start(Receiver);
        OfSocket.GetSpan(64 << 20)[..(64 << 20)].Clear();
        OfSocket.Advance(64 << 20);
        OfSocket.BeginFlush();
        Task flush = OfSocket.FlushAsync().AsTask();
        Assert.False(flush.IsCompleted);
        OfSocket.Close();
        Assert.Equal(TransportEndKind.Closed, (await Receiver.End.WaitAsync(Bound)).Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => flush.WaitAsync(Bound));
        await Assert.ThrowsAsync<SocketException>(ReadToEndAsync);
    }

    [Fact]
    public async Task Look_at_bytes_that_wait_is_answered_behind_them()
    {
        await SendAsync([1, 2]);
        Assert.True(SpinWait.SpinUntil(() => _socket.Available == 2, Bound));
        OfSocket.Probe();
        OfSocket.Start(Receiver);
        await Receiver.CameAsync(2);
        Assert.True(SpinWait.SpinUntil(() => Receiver.Probes.Count == 1, Bound));
        Assert.Equal([true], Receiver.Probes);
    }

    private protected async Task SendAsync(byte[] bytes) => await _peer.SendAsync(bytes.AsMemory(), SocketFlags.None);

    private protected async Task FlushAsync(byte[] bytes)
    {
        bytes.CopyTo(OfSocket.GetSpan(bytes.Length));
        OfSocket.Advance(bytes.Length);
        OfSocket.BeginFlush();
        await OfSocket.FlushAsync();
        OfSocket.EndFlush();
    }

    private async Task<byte[]> ReadToEndAsync()
    {
        using var cancel = new CancellationTokenSource(Bound);
        var all = new List<byte>();
        byte[] buffer = new byte[1 << 20];
        while (await _peer.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, cancel.Token) is var count and not 0) all.AddRange(buffer.AsSpan(0, count));
        return [.. all];
    }

    private protected async Task<byte[]> ReadAsync(int count)
    {
        using var cancel = new CancellationTokenSource(Bound);
        byte[] all = new byte[count];
        for (int read = 0; read < count; read += await _peer.ReceiveAsync(all.AsMemory(read), SocketFlags.None, cancel.Token))
        {
        }

        return all;
    }

    private protected void ResetPeer()
    {
        _peer.LingerState = new LingerOption(true, 0);
        _peer.Close();
    }
}
