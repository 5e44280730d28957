using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Cierre.AspNetCore;
using Cierre.TestKit;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cierre.Bench.PlainHttp;

/// <summary>Answers of a size that the path says, on a port for each protocol. For each line it reads it says what it has used so far.</summary>
internal static class Server
{
    public static async Task RunAsync(string side)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        var log = new CountingLog();
        builder.Logging.ClearProviders().AddProvider(log);
        if (side != "none") builder.Services.AddCierre(options => options.UseKestrelTransport = side == "kestrel");
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, options => options.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, options =>
            {
                options.Protocols = HttpProtocols.Http1;
                options.UseHttps(Certificates.ForLocalhost());
            });
            kestrel.Listen(IPAddress.Loopback, 0, options => options.Protocols = HttpProtocols.Http2);
        });
        WebApplication app = builder.Build();
        var bodies = new ConcurrentDictionary<int, byte[]>();
        app.MapGet("/{size:int}", (int size, HttpContext context) =>
        {
            byte[] body = bodies.GetOrAdd(size, length => new byte[length]);
            context.Response.ContentLength = size;
            return context.Response.Body.WriteAsync(body).AsTask();
        });
        await app.StartAsync();
        Console.WriteLine(string.Join(' ', app.Urls.Select(url => new Uri(url).Port)));
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "collect") GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.CpuUsage.TotalTime.TotalMicroseconds:0} {Environment.WorkingSet} {log.Lines} {log.Last}"));
        }
    }

    /// <summary>How many lines an operator would see, who looks at warnings and errors.</summary>
    private sealed class CountingLog : ILoggerProvider, ILogger
    {
        private int _lines;

        public int Lines => Volatile.Read(ref _lines);

        public string Last { get; private set; } = "";

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            Interlocked.Increment(ref _lines);
            Last = formatter(state, exception).ReplaceLineEndings(" ");
        }

        public void Dispose()
        {
        }
    }
}
