using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Tests.PlainHttp;

/// <summary>What an application looks like that hosts no WebSocket: with Cierre, or without.</summary>
public enum Side
{
    Without,
    With,
    WithKestrelsTransport,
}

/// <summary>An application of ordinary endpoints; everything that it, its clients, its log and its meters see is noted as a line, without what
/// differs from run to run.</summary>
internal sealed partial class HttpSide : IAsyncDisposable
{
    private static readonly X509Certificate2 s_certificate = Certificates.ForLocalhost();

    private readonly WebApplication _app;
    private readonly Carrier _carrier;
    private readonly MeterListener _meters = new();
    private readonly ConcurrentQueue<string> _seen = new();
    private readonly ConcurrentQueue<string> _log = new();

    private HttpSide(WebApplication app, Carrier carrier) => (_app, _carrier) = (app, carrier);

    public int Port { get; private set; }

    /// <summary>What the application and its clients saw, in this order.</summary>
    public IReadOnlyCollection<string> Seen => _seen;

    /// <summary>Level, category, event and text of each line of the log, and each measurement of Kestrel's meter.</summary>
    public IReadOnlyCollection<string> Log => _log;

    public static async Task<HttpSide> StartAsync(Side side, Carrier carrier, Action<KestrelServerOptions>? limits = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        var sink = new Sink();
        builder.Logging.ClearProviders().AddProvider(sink).SetMinimumLevel(LogLevel.Trace);
        if (side != Side.Without) builder.Services.AddCierre(options => options.UseKestrelTransport = side == Side.WithKestrelsTransport);
        if (side == Side.With) builder.WebHost.UseTransportUnderTest();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            limits?.Invoke(kestrel);
            kestrel.Listen(IPAddress.Loopback, 0, options =>
            {
                options.Protocols = carrier is Carrier.Http2 ? HttpProtocols.Http2 : HttpProtocols.Http1AndHttp2;
                if (carrier.IsTls()) options.UseHttps(s_certificate);
                options.Use(next => context => ((HttpSide)sink.Side!).ConnectionAsync(next, context));
            });
        });
        WebApplication app = builder.Build();
        var http = new HttpSide(app, carrier);
        sink.Side = http;
        http.Listen(app.Services.GetRequiredService<IMeterFactory>());
        Endpoints.Map(app, http);
        await app.StartAsync().Soon();
        http.Port = new Uri(app.Urls.First()).Port;
        return http;
    }

    public void Note(string line) => _seen.Enqueue(line);

    public Task<RawPeer> RawAsync() => RawPeer.ConnectAsync("127.0.0.1", Port, _carrier.IsTls());

    /// <summary>A client of HTTP/1.1 or 2, and its socket once it has one.</summary>
    public (HttpClient Client, Func<Socket> Socket) Client()
    {
        Socket? used = null;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, token) =>
            {
                used = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await used.ConnectAsync(context.DnsEndPoint, token);
                return new NetworkStream(used, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        var client = new HttpClient(handler)
        {
            BaseAddress = new Uri($"{(_carrier.IsTls() ? "https" : "http")}://127.0.0.1:{Port}/"),
            DefaultRequestVersion = _carrier.IsHttp2() ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        return (client, () => used!);
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => _app.StopAsync(cancellationToken);

    /// <summary>Stops when its clients have gone, so that whatever is still to be logged is, and a stop does not overtake a client that goes.</summary>
    public async ValueTask DisposeAsync()
    {
        long begun = TimeProvider.System.GetTimestamp();
        while (Count("features") != Count("closed") && TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(3)) await Task.Delay(5);
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _app.StopAsync(soon.Token).Soon();
        await _app.DisposeAsync().Soon();
        _meters.Dispose();
    }

    private Task ConnectionAsync(ConnectionDelegate next, ConnectionContext context)
    {
        context.ConnectionClosed.Register(() => _log.Enqueue("closed"));
        _log.Enqueue($"features {string.Join(' ', context.Features.Select(feature =>
            feature.Key.Name).Where(name => name != "SocketConnection").Order(StringComparer.Ordinal))}");
        _log.Enqueue($"id {Ids().Replace(context.ConnectionId, "ID")} {context.LocalEndPoint is IPEndPoint} {context.RemoteEndPoint is IPEndPoint}");
        return next(context);
    }

    private int Count(string beginning) => _log.Count(line => line.StartsWith(beginning, StringComparison.Ordinal));

    private void Listen(IMeterFactory meters)
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Meter.Name == "Microsoft.AspNetCore.Server.Kestrel") listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measure(instrument, $"{value}", tags));
        _meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Measure(instrument, "", tags));
        _meters.Start();
    }

    private void Measure(Instrument instrument, string value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var texts = new List<string>();
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (tag.Key != "server.port") texts.Add($"{tag.Key}={tag.Value}");
        }

        texts.Sort(StringComparer.Ordinal);
        _log.Enqueue($"{instrument.Name} {value} {string.Join(' ', texts)}");
    }

    private static string Plain(string text) => Numbers().Replace(Ids().Replace(text, "ID"), "#");

    [GeneratedRegex("(?<![0-9A-V])0[0-9A-V]{12}(:[0-9A-F]{8})?")]
    private static partial Regex Ids();

    [GeneratedRegex(@"[0-9][0-9.,]*")]
    private static partial Regex Numbers();

    private sealed class Sink : ILoggerProvider
    {
        public HttpSide? Side { get; set; }

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

        public void Dispose()
        {
        }
    }

    private sealed class Logger(Sink sink, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string error = exception is null ? "" : $" {exception.GetType().Name}: {exception.Message} < {exception.InnerException?.GetType().Name}";
            sink.Side?._log.Enqueue($"{logLevel} {category} {eventId.Id} {eventId.Name} {Plain(formatter(state, exception) + error)}");
        }
    }
}
