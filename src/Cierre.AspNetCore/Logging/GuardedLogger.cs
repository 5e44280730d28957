using Cierre.Callbacks;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Logging;

/// <summary>The application's log, written to in the middle of an end or a drain: a provider that throws keeps neither from going on.</summary>
internal sealed class GuardedLogger(ILogger logger) : ILogger
{
    public bool IsEnabled(LogLevel logLevel) => Guarded.Call((logger, logLevel), static of => of.logger.IsEnabled(of.logLevel), fallback: false);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Guarded.Call(
        (logger, logLevel, eventId, state, exception, formatter),
        static of => of.logger.Log(of.logLevel, of.eventId, of.state, of.exception, of.formatter),
        failed: null);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => Guarded.Call((logger, state), static of => of.logger.BeginScope(of.state), fallback: null);
}
