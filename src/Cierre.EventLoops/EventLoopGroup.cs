using System.Net.Sockets;
using Cierre.AspNetCore.Kestrel;
using Cierre.EventLoops.Loops;
using Cierre.EventLoops.Sockets;
using Cierre.Transports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cierre.EventLoops;

/// <summary>Event loops on Linux epoll, each with a thread. Many connections share them: those of clients whose
/// <see cref="WebSocketClientOptions.EventLoops"/> they are, and those of a server that was told <c>UseCierreEventLoops</c>, which has a group of its
/// own.</summary>
/// <remarks>Elsewhere the group has no loop. Its clients wait for their sockets as without it, and one line of the log says so.</remarks>
public sealed class EventLoopGroup : WebSocketEventLoops, IDisposable
{
    private readonly LoopThreads? _threads;
    private readonly LoopWatch? _watch;
    private readonly EventLoop[] _loops = [];
    private int _next = -1;
    private bool _isOver;

    /// <summary>Starts the loops.</summary>
    /// <param name="options">How many there are, and what a handler that blocks is; null for the defaults. Later changes are not seen.</param>
    /// <param name="loggerFactory">Where they tell of handlers that block and of what the system refuses, in the category <c>Cierre.EventLoops</c>; null:
    /// nowhere.</param>
    /// <exception cref="ArgumentException"><see cref="EventLoopOptions.MaxThreads"/> is not more than there are loops.</exception>
    /// <exception cref="InvalidOperationException">The system gives no descriptor or no thread for a loop.</exception>
    public EventLoopGroup(EventLoopOptions? options = null, ILoggerFactory? loggerFactory = null)
        : this(options ?? new EventLoopOptions(), loggerFactory, TimeProvider.System)
    {
    }

    /// <param name="start">As that of <see cref="LoopThreads"/>.</param>
    internal EventLoopGroup(EventLoopOptions options, ILoggerFactory? loggerFactory, TimeProvider time, Action<LoopThread>? start = null)
    {
        if (options.Fault is { } fault) throw new ArgumentException(fault, nameof(options));
        ILogger logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger(LoopLog.Category);
        if (!IsSupported)
        {
            LoopLog.NoEpoll(logger);
            return;
        }

        var log = new LoopLog(logger, time);
        // One for each loop that a handler may yet take the thread from; a handler that has blocked before needs one at least.
        int loops = options.Loops, reserved = Math.Min(loops, options.MaxThreads - loops - 1);
        _threads = new LoopThreads(options.MaxThreads, log, start, reserved);
        _watch = new LoopWatch(_threads, log, options.BlockingThreshold, options.BlockingPause);
        var endpoints = new LoopEndpoints();
        _loops = new EventLoop[loops];
        for (int i = 0; i < _loops.Length; i++)
        {
            _loops[i] = new EventLoop(_threads, _watch, endpoints, log);
            _watch.Add(_loops[i]);
        }

        try
        {
            foreach (EventLoop loop in _loops) loop.Start();
            _watch.Start();
        }
        catch (Exception)
        {
            // Those that have begun end. Of the others nothing but their descriptors is there, which go with them.
            Dispose();
            throw;
        }
    }

    /// <summary>Whether this system has epoll.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>How many loops there are; 0 where the system has no epoll.</summary>
    public int LoopCount => _loops.Length;

    /// <summary>How many threads there are, those of the loops among them.</summary>
    internal int Threads => _threads?.Count ?? 0;

    /// <summary>Ends the loops. Connections that are still on them are cut; a client that opens later waits for its socket by itself.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, true)) return;
        foreach (EventLoop loop in _loops) loop.Dispose();
        _threads?.Dispose();
        _watch?.Dispose();
    }

    internal DataWait Wait(Socket socket, int loop) => new LoopWait(socket, _loops[loop]);

    internal override Transport? TakeOver(Socket socket, Transport.EarlierReader? earlier, string server)
    {
        if (Volatile.Read(ref _isOver) || _loops.Length == 0) return null;
        var transport = new LoopTransport(socket, _loops[(uint)Interlocked.Increment(ref _next) % (uint)_loops.Length], earlier);
        transport.ServedBy(server);
        return transport;
    }
}

/// <summary>A group as the server's listeners find it.</summary>
internal sealed class EventLoopsOfServer(EventLoopGroup group) : SocketLoops
{
    public override int Count => group.LoopCount;

    public override DataWait Wait(Socket socket, int loop) => group.Wait(socket, loop);
}
