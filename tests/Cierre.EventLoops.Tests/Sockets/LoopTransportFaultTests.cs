using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Cierre.EventLoops.Linux;
using Cierre.EventLoops.Loops;
using Cierre.EventLoops.Sockets;
using Cierre.TestKit;
using Cierre.Transports;
using Xunit;
using EventLoop = Cierre.EventLoops.Loops.EventLoop;

namespace Cierre.EventLoops.Tests.Sockets;

/// <summary>What the kernel refuses, or this process closes, while others are at the connection.</summary>
public sealed class LoopTransportFaultTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly LoopThreads _threads = new(4, TestLog.Silent);
    private readonly LoopWatch _watch;
    private readonly EventLoop _loop;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];

    public LoopTransportFaultTests()
    {
        _watch = new LoopWatch(_threads, TestLog.Silent, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1));
        _loop = new EventLoop(_threads, _watch, new LoopEndpoints(), TestLog.Silent);
        _loop.Start();
        _listener.Start();
    }

    [Fact]
    public async Task Fault_while_an_earlier_readers_bytes_are_taken_over_is_told_behind_them()
    {
        Socket socket = Connect();
        var watched = new WatchedSocket(_loop, socket.SafeHandle, null!);
        _loop.Add(watched);
        var earlier = new Pipe();
        var ended = new TaskCompletionSource<Exception?>();
        var receiver = new TestReceiver();
        var transport = new LoopTransport(socket, watched, new Transport.EarlierReader(earlier.Reader, ended.Task));
        transport.Start(receiver);
        watched.Fail(Errno.NoMemory);
        // Behind the fault, on the loop.
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(watched, told.SetResult);
        await told.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
        Assert.False(receiver.End.IsCompleted);
        await earlier.Writer.WriteAsync(new byte[1], TestContext.Current.CancellationToken);
        await earlier.Writer.CompleteAsync();
        Assert.False(receiver.End.IsCompleted);
        ended.SetResult(null);
        TransportEnd end = await receiver.End.WaitAsync(Bound, TestContext.Current.CancellationToken);
        Assert.Equal(SocketError.NoBufferSpaceAvailable, Assert.IsType<SocketException>(end.Exception).SocketErrorCode);
    }

    [Fact]
    public async Task Send_that_waits_for_room_and_the_close_of_its_socket_by_the_host_may_meet()
    {
        byte[] much = new byte[1 << 20];
        for (int i = 0; i < 200; i++)
        {
            Socket socket = Connect();
            socket.SendBufferSize = 4096;
            socket.Blocking = false;
            var wait = new LoopWait(socket, _loop);
            var transport = (LoopTransport)wait.TakeOver(earlier: null);
            transport.Start(new TestReceiver());
            much.CopyTo(transport.GetSpan(much.Length));
            transport.Advance(much.Length);
            transport.BeginFlush();
            Task cut = Task.Run(
                () =>
                {
                    socket.Close(timeout: 0);
                    wait.SocketClosed();
                },
                TestContext.Current.CancellationToken);
            await Assert.ThrowsAnyAsync<Exception>(() => transport.FlushAsync().AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken));
            await cut;
            transport.EndFlush();
            transport.Abort();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (Socket socket in _sockets) socket.Dispose();
        _loop.Dispose();
        _threads.Dispose();
        _watch.Dispose();
    }

    /// <summary>To a peer that reads nothing.</summary>
    private Socket Connect()
    {
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        peer.Connect(_listener.LocalEndpoint);
        Socket socket = _listener.AcceptSocket();
        _sockets.AddRange([peer, socket]);
        return socket;
    }
}
