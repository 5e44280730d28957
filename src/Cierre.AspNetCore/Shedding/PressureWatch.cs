using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Shedding;

/// <summary>Reads the pressure at an interval and sheds load while it lasts.</summary>
internal sealed class PressureWatch(
    IOptions<WebSocketSheddingOptions> options, Pressure pressure, Shedder shedder, Capacity capacity, ILoggerFactory loggers, IServiceProvider services)
    : IHostedService, IDisposable
{
    private readonly WebSocketSheddingOptions _options = options.Value;
    private readonly TimeProvider _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
    private readonly ILogger _logger = CloseLog.Of(loggers);
    private PressureGauge _gauge = new(options.Value.Patience);
    private ITimer? _timer;
    private long _start;
    private int _reading;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_options.Watches) return Task.CompletedTask;
        _start = _time.GetTimestamp();
        _timer = _time.CreateTimer(static watch => ((PressureWatch)watch!).Look(), this, _options.Interval, _options.Interval);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        // A timer's calls may overlap where one takes long.
        if (Interlocked.Exchange(ref _reading, 1) != 0) return;
        (string signal, double level) = pressure.Read();
        PressureStep step = _gauge.Read(level, _time.GetElapsedTime(_start));
        capacity.IsUnderPressure = _gauge.IsHigh;
        if (step == PressureStep.Shed) Shed(signal, level);
        else if (step == PressureStep.Over) CloseLog.PressureOver(_logger);
        Volatile.Write(ref _reading, 0);
    }

    private void Shed(string signal, double level)
    {
        int count = shedder.BeginShare(_options.Share, _options.Order).Count;
        CloseLog.LoadShed(_logger, signal, level * 100, count);
    }
}
