using System.Text.RegularExpressions;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>The answer 101, or 200 over HTTP/2, that does not get out: whose doing that is.</summary>
public class UpgradeTests
{
    private static readonly Regex Ids = new("(?<=\")[0-9A-V]{13}");

    private const string Secret = "of the application";

    public static TheoryData<Carrier, string> Cases => [.. from carrier in Enum.GetValues<Carrier>() from thrown in Thrown.Keys select (carrier, thrown)];

    private static Dictionary<string, Exception> Thrown { get; } = new()
    {
        ["invalid operation"] = new InvalidOperationException(Secret),
        ["disposed"] = new ObjectDisposedException(Secret),
        ["other"] = new FormatException(Secret),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_OnStarting_throws_is_the_application_s_and_no_limit(Carrier carrier, string thrown)
    {
        var log = new LogSink();
        await using TestServer server = await TestServer.StartAsync(
            carrier,
            TestServer.EchoAsync,
            build: builder =>
            {
                builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
                // A limit that is there, and not reached.
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxConcurrentUpgradedConnections = 3);
            },
            map: app =>
            {
                app.Use(async (HttpContext context, RequestDelegate next) =>
                {
                    if (context.Request.Query.ContainsKey("throws")) context.Response.OnStarting(() => Task.FromException(Thrown[thrown]));
                    await next(context);
                });
                app.Map("/plain", Plain);
            });
        (int status, string[] lines) = await AskAsync(server, log, "/plain?throws");
        (int ours, string[] oursLines) = await AskAsync(server, log, "/?throws");
        Assert.Equal(status, ours);
        Assert.NotEmpty(lines);
        Assert.Equal(lines, oursLines);
        Assert.DoesNotContain(log.Lines, line => line.Contains("limit of upgraded", StringComparison.Ordinal));
        // The place is free again, both ours and Kestrel's.
        await using WebSocketConnection client = await server.ConnectAsync();
        await client.SendAsync("open");
        Assert.Equal("open", (await client.ReceiveAsync().Soon())!.Value.GetText());
    }

    [Fact]
    public async Task Connection_whose_answer_failed_ends_as_Kestrel_s_do()
    {
        var log = new LogSink();
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder => builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log),
            map: app =>
            {
                app.Use(async (HttpContext context, RequestDelegate next) =>
                {
                    context.Response.OnStarting(() => throw new InvalidOperationException(Secret));
                    await next(context);
                });
                app.Map("/plain", Plain);
            });
        foreach (string path in (string[])["/plain", "/"])
        {
            await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
            Assert.StartsWith("HTTP/1.1 500", await peer.UpgradeAsync(path), StringComparison.Ordinal);
            // The connection goes on with HTTP.
            await peer.HalfCloseAsync();
            await peer.ReadToEndAsync();
        }

        // Two threads end each, and the log of one may be behind that of the other.
        await Waits.Until(() => OfEach(log) is [var plain, var ours] && plain.Length == ours.Length && HasEnd(plain) && HasEnd(ours), "two ends");
        string[][] each = OfEach(log);
        Assert.Equal(each[0], each[1]);
        Assert.Contains(each[0], line => line.Contains("sending FIN", StringComparison.Ordinal));
    }

    /// <summary>Whoever handles the exception finds the answer as it was before the handshake.</summary>
    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Headers_of_the_handshake_are_taken_back_and_others_stay(Carrier carrier)
    {
        string[]? names = null;
        await using TestServer server = await TestServer.StartAsync(
            carrier,
            TestServer.EchoAsync,
            map: app => app.Use(async (HttpContext context, RequestDelegate next) =>
            {
                context.Response.Headers["X-Mine"] = "1";
                Exception? thrown = await Record.ExceptionAsync(() => next(context));
                Assert.NotNull(thrown);
                context.Response.StatusCode = StatusCodes.Status418ImATeapot;
                names = [.. context.Response.Headers.Keys.Where(name => name != "Date" && name != "Server")];
            }),
            build: builder => builder.Services.AddSingleton<IStartupFilter>(new UpgradeFails()));
        WebSocketClientOptions options = server.ClientOptions();
        await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(options).Soon());
        Assert.Equal(["X-Mine"], names!);
    }

    [Theory]
    [MemberData(nameof(Carriers.Http1Only), MemberType = typeof(Carriers))]
    public async Task Limit_leaves_what_others_put_into_the_answer(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(
            carrier,
            TestServer.EchoAsync,
            build: builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxConcurrentUpgradedConnections = 0),
            map: app => app.Use((HttpContext context, RequestDelegate next) =>
            {
                context.Response.Headers["X-Mine"] = "1";
                return next(context);
            }));
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync().Soon())).Record;
        Assert.Equal(503, (int)refused.HttpStatus!);
        Assert.Contains(refused.HttpRefusal!.Headers, header => header.Key == "X-Mine");
        Assert.DoesNotContain(refused.HttpRefusal.Headers, header => header.Key.StartsWith("Sec-WebSocket", StringComparison.Ordinal) || header.Key == "Upgrade");
    }

    [Fact]
    public async Task Connection_that_the_limit_refused_goes_on_with_HTTP()
    {
        var aborted = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxConcurrentUpgradedConnections = 0),
            map: app => app.MapGet("/wait", async (HttpContext context) =>
            {
                context.RequestAborted.Register(aborted.SetResult);
                await context.Response.Body.FlushAsync();
                await aborted.Task;
            }));
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        Assert.StartsWith("HTTP/1.1 503", await peer.UpgradeAsync(), StringComparison.Ordinal);
        await peer.SendAsync("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
        string head;
        do head = await peer.ReadHeadAsync();
        while (!head.Contains("HTTP/1.1 200", StringComparison.Ordinal));
        // HTTP is told of the end of the peer's stream again.
        await peer.HalfCloseAsync();
        await aborted.Task.Soon();
    }

    /// <summary>An exception of the same type, from a feature that somebody put in Kestrel's place: without a limit none was reached.</summary>
    [Fact]
    public async Task Without_a_limit_none_is_claimed()
    {
        var log = new LogSink();
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder =>
            {
                builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
                builder.Services.AddSingleton<IStartupFilter>(new UpgradeFails());
            });
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync().Soon())).Record;
        Assert.Equal(500, (int)refused.HttpStatus!);
        Assert.Contains(log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    /// <summary>The status of the answer, and which exceptions the log has of it.</summary>
    private static async Task<(int Status, string[] Lines)> AskAsync(TestServer server, LogSink log, string path)
    {
        int before = log.Lines.Count;
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: path).Soon())).Record;
        IEnumerable<string> lines = log.Lines.Skip(before).Where(line => line.Contains("xception", StringComparison.Ordinal));
        return ((int)(refused.HttpStatus ?? 0), [.. lines.Select(Told)]);
    }

    private static string[][] OfEach(LogSink log) =>
    [
        .. log.Lines
            .Where(line => line.StartsWith("Connection id", StringComparison.Ordinal))
            .GroupBy(line => Ids.Match(line).Value)
            .Select(lines => lines.Select(Told).Order(StringComparer.Ordinal).ToArray()),
    ];

    private static bool HasEnd(string[] lines) => lines.Any(line => line.EndsWith("stopped.", StringComparison.Ordinal));

    private static string Told(string line) => Ids.Replace(line.Split('\n')[0], "an id");

    /// <summary>What Kestrel does by itself.</summary>
    private static async Task Plain(HttpContext context)
    {
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect) await connect.AcceptAsync();
        else await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    /// <summary>Puts features into the request whose upgrade throws.</summary>
    private sealed class UpgradeFails : IStartupFilter, IHttpUpgradeFeature, IHttpExtendedConnectFeature
    {
        public bool IsUpgradableRequest => true;

        public bool IsExtendedConnect => true;

        public string? Protocol => "websocket";

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((HttpContext context, RequestDelegate then) =>
            {
                if (HttpProtocol.IsHttp2(context.Request.Protocol)) context.Features.Set<IHttpExtendedConnectFeature>(this);
                else context.Features.Set<IHttpUpgradeFeature>(this);
                return then(context);
            });
            next(app);
        };

        public Task<Stream> UpgradeAsync() => throw new InvalidOperationException(Secret);

        public ValueTask<Stream> AcceptAsync() => throw new InvalidOperationException(Secret);
    }
}
