using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Tests;

/// <summary>What the host, or anything in it, writes to the log.</summary>
internal sealed class LogSink(LogLevel least = LogLevel.Trace) : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) _lines.Enqueue($"{formatter(state, exception)} {exception}".TrimEnd());
    }

    public void Dispose()
    {
    }
}
