using System.Collections.Concurrent;
using Cierre.EventLoops.Loops;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cierre.EventLoops.Tests;

/// <summary>What the loops have logged.</summary>
internal sealed class TestLog : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public static LoopLog Silent { get; } = new(NullLogger.Instance, TimeProvider.System);

    public LoopLog Loops => field ??= new LoopLog(this, TimeProvider.System);

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Runs behind each line, in the place of the logger's own work.</summary>
    public Action? OnLine { get; set; }

    /// <summary>What the loops do tells it on the pool.</summary>
    public bool Comes(string beginning) =>
        SpinWait.SpinUntil(() => Lines.Any(line => line.StartsWith(beginning, StringComparison.Ordinal)), LoopServer.Bound);

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _lines.Enqueue(formatter(state, exception));
        OnLine?.Invoke();
    }
}
