using System.Net;
using System.Net.Sockets;
using Cierre.EventLoops.Loops;
using Cierre.EventLoops.Sockets;
using Xunit;
using EventLoop = Cierre.EventLoops.Loops.EventLoop;

namespace Cierre.EventLoops.Tests.Sockets;

public sealed class LoopWaitTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly LoopThreads _threads = new(4, TestLog.Silent);
    private readonly LoopWatch _watch;
    private readonly EventLoop _loop;
    private readonly Socket _peer = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _socket;
    private readonly LoopWait _wait;

    public LoopWaitTests()
    {
        _watch = new LoopWatch(_threads, TestLog.Silent, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1));
        _loop = new EventLoop(_threads, _watch, new LoopEndpoints(), TestLog.Silent);
        _loop.Start();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _peer.Connect(listener.LocalEndpoint);
        _socket = listener.AcceptSocket();
        _socket.Blocking = false;
        _wait = new LoopWait(_socket, _loop);
    }

    [Fact]
    public async Task Wait_ends_with_data_and_the_next_with_what_is_left_of_it()
    {
        ValueTask<SocketError> wait = _wait.ForDataAsync();
        Assert.False(wait.IsCompleted);
        _peer.Send(new byte[2]);
        Assert.Equal(SocketError.Success, await wait.AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken));
        Assert.Equal(1, _socket.Receive(new byte[1]));
        Assert.Equal(SocketError.Success, await _wait.ForDataAsync().AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken));
        Assert.Equal(1, _socket.Receive(new byte[1]));
        wait = _wait.ForDataAsync();
        Assert.False(wait.IsCompleted);
        _peer.Shutdown(SocketShutdown.Send);
        await wait.AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken);
        Assert.Equal(0, _socket.Receive(new byte[1]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wait_that_is_cancelled_ends_also_where_it_begins_behind_that(bool before)
    {
        if (before) _wait.Cancel();
        ValueTask<SocketError> wait = _wait.ForDataAsync();
        if (!before) _wait.Cancel();
        await wait.AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Wait_for_a_socket_that_this_process_closes_ends()
    {
        ValueTask<SocketError> wait = _wait.ForDataAsync();
        _socket.Close(timeout: 0);
        _wait.SocketClosed();
        await wait.AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Wait_that_begins_behind_the_close_of_its_socket_ends()
    {
        _socket.Close(timeout: 0);
        _wait.SocketClosed();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _wait.ForDataAsync().AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Close_of_the_socket_and_the_beginning_of_a_wait_may_meet()
    {
        for (int i = 0; i < 1000; i++)
        {
            // Nothing ever comes to it.
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            using var wait = new LoopWait(socket, _loop);
            Task close = Task.Run(
                () =>
                {
                    socket.Close(timeout: 0);
                    wait.SocketClosed();
                },
                TestContext.Current.CancellationToken);
            try
            {
                await wait.ForDataAsync().AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken);
            }
            catch (ObjectDisposedException)
            {
                // The close was first.
            }

            await close;
        }
    }

    [Fact]
    public async Task Cancel_and_the_beginning_of_a_wait_may_meet()
    {
        for (int i = 0; i < 5000; i++)
        {
            using var wait = new LoopWait(_socket, _loop);
            Task cancel = Task.Run(wait.Cancel, TestContext.Current.CancellationToken);
            await wait.ForDataAsync().AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken);
            await cancel;
        }
    }

    public void Dispose()
    {
        _wait.Dispose();
        _peer.Dispose();
        _socket.Dispose();
        _loop.Dispose();
        _threads.Dispose();
        _watch.Dispose();
    }
}
