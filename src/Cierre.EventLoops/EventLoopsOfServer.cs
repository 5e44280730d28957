using System.Net.Sockets;
using Cierre.AspNetCore.Kestrel;
using Cierre.EventLoops.Loops;
using Cierre.EventLoops.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cierre.EventLoops;

/// <summary>The loops of one server, which all its listeners share.</summary>
internal sealed class EventLoopsOfServer : SocketLoops, IDisposable
{
    private readonly LoopThreads _threads;
    private readonly LoopWatch _watch;
    private readonly EventLoop[] _loops;

    private EventLoopsOfServer(EventLoopOptions set, LoopLog log)
    {
        _threads = new LoopThreads(set.MaxThreads, log);
        _watch = new LoopWatch(log, set.BlockingThreshold, set.BlockingPause);
        var endpoints = new LoopEndpoints();
        _loops = new EventLoop[set.Loops];
        for (int i = 0; i < _loops.Length; i++)
        {
            _loops[i] = new EventLoop(_threads, _watch, endpoints, log);
            _watch.Add(_loops[i]);
        }

        foreach (EventLoop loop in _loops) loop.Start();
        _watch.Start();
    }

    /// <summary>Null where the system has no epoll: the sockets serve.</summary>
    public static EventLoopsOfServer? Create(IServiceProvider services)
    {
        ILogger logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(LoopLog.Category);
        if (OperatingSystem.IsLinux())
        {
            TimeProvider time = services.GetService<TimeProvider>() ?? TimeProvider.System;
            return new EventLoopsOfServer(services.GetRequiredService<IOptions<EventLoopOptions>>().Value, new LoopLog(logger, time));
        }

        LoopLog.NoEpoll(logger);
        return null;
    }

    public override int Count => _loops.Length;

    /// <summary>How many threads there are, those of the loops among them.</summary>
    public int Threads => _threads.Count;

    public override DataWait Wait(Socket socket, int loop) => new LoopWait(socket, _loops[loop]);

    public void Dispose()
    {
        foreach (EventLoop loop in _loops) loop.Dispose();
        _threads.Dispose();
        _watch.Dispose();
    }
}
