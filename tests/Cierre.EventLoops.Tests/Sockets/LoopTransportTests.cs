using System.Net.Sockets;
using Cierre.EventLoops.Loops;
using EventLoop = Cierre.EventLoops.Loops.EventLoop;
using Cierre.EventLoops.Sockets;
using Cierre.TestKit;
using Cierre.Transports;
using Xunit;

namespace Cierre.EventLoops.Tests.Sockets;

public sealed class LoopTransportTests : SocketTransportContract
{
    private readonly LoopThreads _threads = new(16, TestLog.Silent);
    private readonly LoopWatch _watch;
    private readonly EventLoop _loop;
    private LoopWait? _wait;
    private Socket? _socket;

    public LoopTransportTests()
    {
        _watch = new LoopWatch(_threads, TestLog.Silent, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1));
        _loop = new EventLoop(_threads, _watch, new LoopEndpoints(), TestLog.Silent);
        _watch.Add(_loop);
        _loop.Start();
        _watch.Start();
    }

    [Fact]
    public async Task Look_at_a_socket_that_is_empty_is_answered()
    {
        OfSocket.Start(Receiver);
        await SendAsync([1]);
        await Receiver.CameAsync(1);
        OfSocket.Probe();
        Assert.True(SpinWait.SpinUntil(() => Receiver.Probes.Count == 1, Bound));
        Assert.Equal([false], Receiver.Probes);
    }

    [Fact]
    public async Task Output_that_waits_for_room_leaves_whole_and_in_order()
    {
        OfSocket.Start(Receiver);
        byte[] bytes = new byte[16 << 20];
        new Random(1).NextBytes(bytes);
        Task flush = FlushAsync(bytes);
        Assert.False(flush.IsCompleted);
        byte[] read = await ReadAsync(bytes.Length);
        await flush.WaitAsync(Bound);
        Assert.Equal(bytes, read);
    }

    [Fact]
    public async Task Output_that_waits_for_room_fails_when_the_peer_resets()
    {
        OfSocket.Start(Receiver);
        Task flush = FlushAsync(new byte[16 << 20]);
        Assert.False(flush.IsCompleted);
        ResetPeer();
        SocketException e = await Assert.ThrowsAsync<SocketException>(() => flush.WaitAsync(Bound));
        Assert.Contains(e.SocketErrorCode, new[] { SocketError.ConnectionReset, SocketError.Shutdown });
        await Receiver.End.WaitAsync(Bound);
    }

    [Fact]
    public async Task Receiver_that_blocks_is_left_to_its_thread_while_its_output_still_leaves()
    {
        using var goOn = new ManualResetEventSlim();
        Task? flush = null;
        Receiver.OnReceive = () =>
        {
            // More than the kernel takes: it leaves when the peer reads, and the loop is what sends it.
            flush = FlushAsync(new byte[16 << 20]);
            Assert.True(goOn.Wait(Bound));
        };
        OfSocket.Start(Receiver);
        await SendAsync([1]);
        Assert.True(SpinWait.SpinUntil(() => flush is not null, Bound));
        await ReadAsync(16 << 20);
        await flush!.WaitAsync(Bound);
        Receiver.OnReceive = null;
        goOn.Set();
        // The thread that lost the loop has let go: the next bytes come.
        await SendAsync([2]);
        await Receiver.CameAsync(2);
        Assert.Equal([1, 2], Receiver.Bytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Loop_that_ends_cuts_its_connections_those_too_that_begin_later(bool later)
    {
        if (!later) OfSocket.Start(Receiver);
        _loop.Dispose();
        if (later) OfSocket.Start(Receiver);
        Assert.Equal(TransportEndKind.CutHere, (await Receiver.End.WaitAsync(Bound)).Kind);
        // The end is told first, and the socket is let go of behind it.
        Assert.True(SpinWait.SpinUntil(() => FlushAsync(new byte[1]).IsFaulted, Bound));
    }

    /// <summary>The kernel takes it off the loop without a word, and whoever disposed of it knows no loop: the next look at the connection finds it.</summary>
    [Fact]
    public async Task Socket_that_somebody_disposes_of_is_found_by_the_next_look()
    {
        OfSocket.Start(Receiver);
        await SendAsync([1]);
        await Receiver.CameAsync(1);
        _socket!.Dispose();
        Assert.Equal(0, OfSocket.Unread);
        Assert.Equal(TransportEndKind.CutHere, (await Receiver.End.WaitAsync(Bound)).Kind);
    }

    private protected override Transport Create(Socket socket, Transport.EarlierReader? earlier)
    {
        socket.Blocking = false;
        _socket = socket;
        _wait = new LoopWait(socket, _loop);
        return _wait.TakeOver(earlier);
    }

    private protected override void Cut(Socket socket)
    {
        base.Cut(socket);
        _wait!.SocketClosed();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _loop.Dispose();
        _threads.Dispose();
        _watch.Dispose();
    }
}
