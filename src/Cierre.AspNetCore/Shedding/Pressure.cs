using Cierre.AspNetCore.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Shedding;

/// <summary>Reads the signals of pressure, each as a multiple of its threshold.</summary>
internal sealed class Pressure(IOptions<WebSocketSheddingOptions> options, ILoggerFactory loggers, IServiceProvider services)
{
    private readonly WebSocketSheddingOptions _options = options.Value;
    private readonly ThreadPoolProbe _pool =
        new(services.GetService<TimeProvider>() ?? TimeProvider.System, work => ThreadPool.UnsafeQueueUserWorkItem(_ => work(), null));
    private readonly ILogger _logger = CloseLog.Of(loggers);

    /// <summary>The worst signal, and how much of its threshold it is.</summary>
    public (string Signal, double Level) Read()
    {
        (string, double) memory = ("memory load", _options.MaxMemoryLoad is { } most ? MemoryLoad(GC.GetGCMemoryInfo()) / most : 0);
        (string, double) pool = ("thread-pool delay", _options.WatchesThreadPool ? _pool.Read() / _options.MaxThreadPoolDelay : 0);
        (string, double) own = ("the application's signal", Own());
        return new[] { memory, pool, own }.MaxBy(signal => signal.Item2);
    }

    private static double MemoryLoad(GCMemoryInfo info) =>
        info.TotalAvailableMemoryBytes == 0 ? 0 : (double)info.MemoryLoadBytes / info.TotalAvailableMemoryBytes;

    private double Own()
    {
        try
        {
            return _options.PressureSignal?.Invoke() is { } level && !double.IsNaN(level) ? level : 0;
        }
#pragma warning disable CA1031 // Whatever the application's signal throws, the server goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            CloseLog.PressureNotRead(_logger, e);
            return 0;
        }
    }
}
