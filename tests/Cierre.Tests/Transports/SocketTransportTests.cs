using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Transports;

public sealed class SocketTransportTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly Socket _peer;
    private readonly Socket _socket;
    private readonly TestReceiver _receiver = new();
    private readonly SocketTransport _transport;

    public SocketTransportTests()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _peer.Connect(listener.LocalEndpoint);
        _socket = listener.AcceptSocket();
        _transport = new SocketTransport(_socket);
    }

    public void Dispose()
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
        _transport.Start(_receiver);
        await SendAsync(bytes);
        _peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(TransportEndKind.EndOfStream, (await _receiver.End.WaitAsync(Bound)).Kind);
        Assert.Equal(bytes, _receiver.Bytes);
    }

    [Fact]
    public async Task What_waits_in_the_kernel_comes_as_one_piece()
    {
        await SendAsync(new byte[20_000]);
        Assert.True(SpinWait.SpinUntil(() => _socket.Available == 20_000, Bound));
        _transport.Start(_receiver);
        await _receiver.CameAsync(20_000);
        Assert.Equal([true], _receiver.Lasts);
        Assert.Equal(1, _receiver.Batches);
    }

    [Fact]
    public async Task What_an_earlier_reader_left_comes_first()
    {
        var earlier = new Pipe(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        var ended = new TaskCompletionSource<Exception?>();
        await earlier.Writer.WriteAsync(new byte[] { 1, 2, 3 });
        var transport = new SocketTransport(_socket, new EarlierReader(earlier.Reader, ended.Task));
        transport.Start(_receiver);
        await SendAsync([6, 7]);
        await earlier.Writer.WriteAsync(new byte[] { 4, 5 });
        await earlier.Writer.CompleteAsync();
        ended.SetResult(null);
        await _receiver.CameAsync(7);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], _receiver.Bytes);
    }

    [Fact]
    public async Task End_that_an_earlier_reader_met_is_the_end()
    {
        // The kernel tells of a reset once.
        var earlier = new Pipe();
        await earlier.Writer.CompleteAsync();
        var reset = new IOException("reset", new SocketException((int)SocketError.ConnectionReset));
        new SocketTransport(_socket, new EarlierReader(earlier.Reader, Task.FromResult<Exception?>(reset))).Start(_receiver);
        TransportEnd end = await _receiver.End.WaitAsync(Bound);
        Assert.Equal(TransportEndKind.Reset, end.Kind);
        Assert.Same(reset, end.Exception);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(70_000)]
    public async Task Full_receiver_gets_the_rest_when_it_has_room_and_nothing_twice(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        _receiver.Room = 10;
        _transport.Start(_receiver);
        await SendAsync(bytes);
        await _receiver.Full.WaitAsync(Bound);
        Assert.Equal(10, _receiver.Bytes.Length);
        // One that comes while there is still no room changes nothing.
        _transport.Resume();
        _receiver.Room = 1_000_000;
        _transport.Resume();
        _peer.Shutdown(SocketShutdown.Send);
        await _receiver.End.WaitAsync(Bound);
        Assert.Equal(bytes, _receiver.Bytes);
    }

    [Fact]
    public async Task Receiver_that_is_full_does_not_read_on_and_the_peer_has_to_wait()
    {
        _receiver.Room = 0;
        _transport.Start(_receiver);
        _peer.Blocking = false;
        byte[] block = new byte[64 * 1024];
        long sent = 0;
        for (int i = 0; i < 2000 && sent < 256L << 20; i++)
        {
            int now = _peer.Send(block, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock && _receiver.Full.IsCompleted) break;
            if (error == SocketError.Success) sent += now;
            else await Task.Delay(5);
        }

        Assert.InRange(sent, 1, 64L << 20);
        Assert.Empty(_receiver.Bytes);
    }

    [Fact]
    public async Task Receiver_that_holds_gets_neither_more_nor_the_end_until_it_resumes()
    {
        _receiver.IsHolding = true;
        _transport.Start(_receiver);
        await SendAsync([1]);
        await _receiver.CameAsync(1);
        _peer.Shutdown(SocketShutdown.Send);
        _transport.Resume();
        Assert.False(_receiver.End.IsCompleted);
        _receiver.IsHolding = false;
        _transport.Resume();
        Assert.Equal(TransportEndKind.EndOfStream, (await _receiver.End.WaitAsync(Bound)).Kind);
    }

    [Fact]
    public async Task Peers_reset_is_a_reset()
    {
        _transport.Start(_receiver);
        _peer.LingerState = new LingerOption(true, 0);
        _peer.Close();
        Assert.Equal(TransportEndKind.Reset, (await _receiver.End.WaitAsync(Bound)).Kind);
    }

    [Fact]
    public async Task Socket_that_the_host_disposes_is_cut()
    {
        _transport.Start(_receiver);
        _socket.Close(timeout: 0);
        Assert.Equal(TransportEndKind.CutHere, (await _receiver.End.WaitAsync(Bound)).Kind);
        Assert.Equal(0, _transport.Unread);
    }

    [Fact]
    public async Task Flushed_bytes_and_the_end_of_our_direction_reach_the_peer_and_its_own_still_count()
    {
        _transport.Start(_receiver);
        await FlushAsync([1, 2, 3]);
        await _transport.ShutdownSendAsync();
        Assert.Equal([1, 2, 3], await ReadToEndAsync());
        await SendAsync([4]);
        _peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(TransportEndKind.EndOfStream, (await _receiver.End.WaitAsync(Bound)).Kind);
        Assert.Equal([4], _receiver.Bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Letting_go_ends_a_wait_in_order_and_a_receiver_that_is_full(bool full)
    {
        if (full) _receiver.Room = 0;
        _transport.Start(_receiver);
        if (full)
        {
            await SendAsync([1]);
            await _receiver.Full.WaitAsync(Bound);
        }

        await FlushAsync([9]);
        _transport.Close();
        Assert.Equal(TransportEndKind.Closed, (await _receiver.End.WaitAsync(Bound)).Kind);
        await _transport.ReleaseAsync();
        Assert.Equal([9], await ReadToEndAsync());
    }

    [Fact]
    public async Task Aborting_cuts_the_connection()
    {
        _transport.Start(_receiver);
        _transport.Abort();
        Assert.Equal(TransportEndKind.Closed, (await _receiver.End.WaitAsync(Bound)).Kind);
        await _transport.ReleaseAsync();
        SocketException reset = await Assert.ThrowsAsync<SocketException>(ReadToEndAsync);
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
    }

    [Fact]
    public async Task Peer_that_takes_nothing_is_cut_when_we_let_go()
    {
        _transport.Start(_receiver);
        _transport.GetSpan(64 << 20)[..(64 << 20)].Clear();
        _transport.Advance(64 << 20);
        _transport.BeginFlush();
        Task flush = _transport.FlushAsync().AsTask();
        Assert.False(flush.IsCompleted);
        _transport.Close();
        Assert.Equal(TransportEndKind.Closed, (await _receiver.End.WaitAsync(Bound)).Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => flush.WaitAsync(Bound));
        await Assert.ThrowsAsync<SocketException>(ReadToEndAsync);
    }

    [Fact]
    public async Task Look_at_a_socket_that_is_empty_is_answered_at_once()
    {
        _transport.Start(_receiver);
        await SendAsync([1]);
        await _receiver.CameAsync(1);
        for (int i = 0; i < 2000 && _receiver.Probes.Count == 0; i++)
        {
            // The first look may meet the reader on its way back to its wait, which then answers it.
            _transport.Probe();
            await Task.Delay(1);
        }

        _receiver.Probes.Clear();
        _transport.Probe();
        Assert.Equal([false], _receiver.Probes);
    }

    [Fact]
    public async Task Look_at_bytes_that_wait_is_answered_behind_them()
    {
        await SendAsync([1, 2]);
        Assert.True(SpinWait.SpinUntil(() => _socket.Available == 2, Bound));
        _transport.Probe();
        _transport.Start(_receiver);
        await _receiver.CameAsync(2);
        Assert.True(SpinWait.SpinUntil(() => _receiver.Probes.Count == 1, Bound));
        Assert.Equal([true], _receiver.Probes);
    }

    private async Task SendAsync(byte[] bytes) => await _peer.SendAsync(bytes.AsMemory(), SocketFlags.None);

    private async Task FlushAsync(byte[] bytes)
    {
        bytes.CopyTo(_transport.GetSpan(bytes.Length));
        _transport.Advance(bytes.Length);
        _transport.BeginFlush();
        await _transport.FlushAsync();
        _transport.EndFlush();
    }

    private async Task<byte[]> ReadToEndAsync()
    {
        using var cancel = new CancellationTokenSource(Bound);
        var all = new List<byte>();
        byte[] buffer = new byte[1 << 20];
        while (await _peer.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, cancel.Token) is var count and not 0) all.AddRange(buffer.AsSpan(0, count));
        return [.. all];
    }
}
