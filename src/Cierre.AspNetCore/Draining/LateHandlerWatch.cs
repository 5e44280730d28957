using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Logging;
using Cierre.AspNetCore.Roster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Draining;

/// <summary>Tells, while the host stops, of the handlers for which it waits: after 5 s, after twice as long each time, and once more when the host waits no
/// longer.</summary>
internal sealed class LateHandlerWatch(LateHandlers late, IOptions<HostOptions> host, IServiceProvider services) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
    private readonly ILogger _logger = CloseLog.Of(services.GetRequiredService<ILoggerFactory>());
    private ITimer? _timer;
    private long _begun;
    private TimeSpan _next;

    public void Begin()
    {
        _begun = _time.GetTimestamp();
        // A host that gives itself little time still hears of it before that is over.
        TimeSpan half = host.Value.ShutdownTimeout / 2;
        _next = half <= TimeSpan.Zero || half > Longest ? Longest : half < Shortest ? Shortest : half;
        _timer = _time.CreateTimer(static watch => ((LateHandlerWatch)watch!).Due(), this, _next, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The host has stopped, whether or not they have ended.</summary>
    public void End()
    {
        Dispose();
        if (_begun != 0) Tell();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Due()
    {
        Tell();
        lock (_gate)
        {
            TimeSpan now = _time.GetElapsedTime(_begun);
            while (_next <= now) _next *= 2;
            _timer?.Change(_next - now, Timeout.InfiniteTimeSpan);
        }
    }

    private void Tell()
    {
        double seconds = _time.GetElapsedTime(_begun).TotalSeconds;
        try
        {
            foreach ((string endpoint, int count) in late.ByEndpoint()) CloseLog.HandlersLate(_logger, seconds, count, endpoint);
        }
#pragma warning disable CA1031 // A logger that throws, here on a timer's thread, is no reason to end the process.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
