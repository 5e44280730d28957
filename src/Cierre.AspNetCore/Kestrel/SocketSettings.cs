using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>What the connections of one queue share: its thread, its memory, and the options of the socket transport, put as Kestrel's own transport
/// puts them.</summary>
internal sealed class SocketSettings : IDisposable
{
    private readonly bool _ownsPool;

    private SocketSettings(SocketTransportOptions options, IMemoryPoolFactory<byte>? pools, ILogger logger, bool queue, SocketLoops? loops, int index)
    {
        _ownsPool = pools is not null;
        Pool = pools?.Create(new MemoryPoolOptions { Owner = "kestrel" }) ?? MemoryPool<byte>.Shared;
        Logger = logger;
        (Loops, Index) = (loops, index);
        // A loop says that there is something; whoever receives before would find nothing.
        WaitsWithoutBuffer = options.WaitForDataBeforeAllocatingBuffer || loops is not null;
        PipeScheduler application = options.UnsafePreferInlineScheduling ? PipeScheduler.Inline : PipeScheduler.ThreadPool;
        Scheduler = options.UnsafePreferInlineScheduling ? PipeScheduler.Inline : queue ? new IoQueue() : PipeScheduler.ThreadPool;
        Input = Options(application, Scheduler, options.MaxReadBufferSize ?? 0);
        Output = Options(Scheduler, application, options.MaxWriteBufferSize ?? 0);
    }

    /// <summary>Whether a connection that is cut gets FIN instead of RST: the switch of Kestrel's own transport.</summary>
    public static bool FinOnError { get; } = AppContext.TryGetSwitch("Microsoft.AspNetCore.Server.Kestrel.FinOnError", out bool on) && on;

    public MemoryPool<byte> Pool { get; }

    public ILogger Logger { get; }

    /// <summary>Who waits for the sockets' data; null: the runtime.</summary>
    public SocketLoops? Loops { get; }

    /// <summary>Which loop, where there are any.</summary>
    public int Index { get; }

    public bool WaitsWithoutBuffer { get; }

    public PipeScheduler Scheduler { get; }

    public PipeOptions Input { get; }

    public PipeOptions Output { get; }

    public SocketSenderPool Senders { get; } = new();

    /// <summary>One for each queue or, where there are any, for each loop.</summary>
    public static SocketSettings[] For(SocketTransportOptions options, IMemoryPoolFactory<byte>? pools, ILogger logger, SocketLoops? loops)
    {
        var settings = new SocketSettings[loops?.Count ?? Math.Max(1, options.IOQueueCount)];
        for (int i = 0; i < settings.Length; i++) settings[i] = new SocketSettings(options, pools, logger, queue: options.IOQueueCount > 0, loops, i);
        return settings;
    }

    public void Dispose()
    {
        Senders.Dispose();
        if (_ownsPool) Pool.Dispose();
    }

    private PipeOptions Options(PipeScheduler reader, PipeScheduler writer, long most) =>
        new(Pool, reader, writer, pauseWriterThreshold: most, resumeWriterThreshold: most / 2, useSynchronizationContext: false);
}
