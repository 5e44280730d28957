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

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(formatter(state, exception));
}
