using Cierre.AspNetCore.Logging;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests.Logging;

public sealed class GuardedLoggerTests
{
    [Fact]
    public void Log_that_throws_is_silent_and_one_that_works_is_written_to()
    {
        var broken = new GuardedLogger(new Broken());
        Assert.False(broken.IsEnabled(LogLevel.Error));
        Assert.Null(broken.BeginScope("scope"));
        broken.Log(LogLevel.Error, 1, "lost", null, static (state, _) => state);
        var sink = new LogSink();
        new GuardedLogger(sink).Log(LogLevel.Error, 1, "kept", null, static (state, _) => state);
        Assert.Equal(["kept"], sink.Lines);
    }

    private sealed class Broken : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw new InvalidOperationException();

        public bool IsEnabled(LogLevel logLevel) => throw new InvalidOperationException();

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => throw new InvalidOperationException();
    }
}
