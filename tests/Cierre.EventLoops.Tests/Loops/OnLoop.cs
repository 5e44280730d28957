using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cierre.EventLoops.Linux;
using Cierre.EventLoops.Loops;
using EventLoop = Cierre.EventLoops.Loops.EventLoop;

namespace Cierre.EventLoops.Tests.Loops;

/// <summary>A loop, and sockets on it whose calls a test makes up.</summary>
public abstract class OnLoop : IDisposable
{
    private protected static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly List<Socket> _sockets = [];

    private protected OnLoop(int mostThreads = 4)
    {
        Threads = new LoopThreads(mostThreads, Log.Loops);
        Watcher = new LoopWatch(Threads, Log.Loops, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1));
        Loop = NewLoop();
        Loop.Start();
    }

    private protected TestLog Log { get; } = new();

    private protected LoopThreads Threads { get; }

    /// <summary>It is not started, and knows no loop.</summary>
    private protected LoopWatch Watcher { get; }

    private protected EventLoop Loop { get; }

    public void Dispose()
    {
        Loop.Dispose();
        Threads.Dispose();
        Watcher.Dispose();
        foreach (Socket socket in _sockets) socket.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected EventLoop NewLoop() => new(Threads, Watcher, new LoopEndpoints(), Log.Loops);

    private protected async Task AssertGoesOnAsync()
    {
        var events = new Events();
        (Socket peer, _) = Connect(events);
        peer.Send(new byte[1]);
        await events.Read.Task.WaitAsync(Bound);
    }

    private protected (Socket Peer, WatchedSocket Watched) Connect(Events events)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var peer = new Socket(SocketType.Stream, ProtocolType.Tcp);
        peer.Connect(listener.LocalEndpoint);
        Socket socket = listener.AcceptSocket();
        _sockets.AddRange([peer, socket]);
        WatchedSocket watched = Watch(socket.SafeHandle, events);
        events.Watched = watched;
        watched.Watch(EpollEvents.In);
        return (peer, watched);
    }

    private protected WatchedSocket Watch(SafeHandle handle, Events events)
    {
        var watched = new WatchedSocket(Loop, handle, events);
        Loop.Add(watched);
        return watched;
    }

    /// <summary>What a loop calls. Told of bytes it asks for no more, so that one byte is one call.</summary>
    private protected sealed class Events : ISocketEvents
    {
        public WatchedSocket? Watched { get; set; }

        public Func<LoopEndpoint?>? OnEndpoint { get; init; }

        public Action? OnReadable { get; set; }

        public Action? OnWritable { get; set; }

        public Action? OnFailed { get; set; }

        public TaskCompletionSource Read { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<Exception> Failure { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LoopEndpoint? Endpoint => OnEndpoint?.Invoke();

        public void Readable(Memory<byte> buffer)
        {
            Watched!.Unwatch(EpollEvents.In);
            OnReadable?.Invoke();
            Read.TrySetResult();
        }

        public void Work(Memory<byte> buffer)
        {
        }

        public void Writable() => OnWritable?.Invoke();

        public void Failed(Exception exception)
        {
            OnFailed?.Invoke();
            Failure.TrySetResult(exception);
        }
    }
}
