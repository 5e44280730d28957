using System.Net;
using System.Net.Http;
using System.Net.WebSockets;
using System.Text;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;
using static Cierre.AspNetCore.Tests.SystemNet.AcceptingRig;

namespace Cierre.AspNetCore.Tests.SystemNet;

/// <summary>What accepts a WebSocket the framework's way, on a server of ours.</summary>
public sealed class AcceptingServerTests
{
    public static TheoryData<Carrier> EachKind => Carriers.EachKind;

    [Theory]
    [MemberData(nameof(EachKind))]
    public async Task Program_of_the_framework_s_documentation_runs_unchanged(Carrier carrier)
    {
        var seen = new TaskCompletionSource<(WebSocketConnection?, WebSocketConnection?)>();
        await using TestServer server = await StartAsync(carrier, (socket, context) =>
        {
            seen.SetResult((socket.GetCierre(), context.GetCierre()));
            return EchoAsync(socket, context);
        });
        await using WebSocketConnection client = await server.ConnectAsync(path: "/accept");
        await client.SendAsync("hello");
        Assert.Equal("hello", (await client.ReceiveAsync().Soon())!.Value.GetText());
        await client.SendAsync(new byte[100_000]);
        Assert.Equal(100_000, (await client.ReceiveAsync().Soon())!.Value.Data.Length);
        CloseRecord record = await client.CloseAsync(4000, "done").Soon();
        Assert.Equal((4000, "done", true), (record.Code, record.Reason, record.WasClean));
        (WebSocketConnection? ofSocket, WebSocketConnection? ofRequest) = await seen.Task.Soon();
        Assert.Same(ofSocket, ofRequest);
        CloseRecord theirs = await ofSocket!.Closed.Soon();
        Assert.Equal((4000, "done", true, CloseCause.PeerClosed, EndedBy.Remote), (theirs.Code, theirs.Reason, theirs.WasClean, theirs.Cause, theirs.EndedBy));
    }

    [Fact]
    public async Task Connection_is_on_the_roster_and_its_end_is_logged()
    {
        var log = new LogSink();
        await using TestServer server = await StartAsync(Carrier.Http1, EchoAsync, build: builder => builder.Logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/accept");
        WebSocketRoster roster = server.Services.GetRequiredService<WebSocketServer>().Connections;
        // The client may have its answer before.
        await Waits.Until(() => roster.Count == 1, "the connection to enter");
        Assert.Equal("/accept", Assert.Single(roster).Endpoint);
        await client.CloseAsync().Soon();
        await Waits.Until(() => roster.Count == 0, "the connection to leave");
        Assert.Contains(log.Lines, line => line.Contains("/accept closed: 1000", StringComparison.Ordinal));
        Assert.Equal(1000, Assert.Single(roster.GetRecentCloses()).Record.Code);
    }

    /// <summary>As the framework's middleware has it: a client that does not mind, a device perhaps, works with that.</summary>
    [Fact]
    public async Task Subprotocol_that_the_client_has_not_offered_is_the_program_s_to_choose()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app =>
        {
            app.UseCierreWebSockets();
            app.Map("/device", async (HttpContext context) => await EchoAsync(await context.WebSockets.AcceptWebSocketAsync("device.v1"), context));
        });
        await using RawPeer device = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        string head = await device.UpgradeAsync("/device");
        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Protocol: device.v1\r\n", head, StringComparison.OrdinalIgnoreCase);
        await device.SendTextAsync("hello");
        Assert.Equal("hello", (await device.ReadFrameAsync()).Text);
    }

    [Theory]
    [InlineData("none", null, 101)]
    [InlineData("none", "https://foreign.example", 101)]
    [InlineData("ours", "https://foreign.example", 403)]
    [InlineData("ours", "https://good.example", 101)]
    [InlineData("ours", null, 101)]
    [InlineData("configured", "https://foreign.example", 403)]
    [InlineData("configured", "https://good.example", 101)]
    [InlineData("theirs in front", "https://foreign.example", 403)]
    [InlineData("theirs in front", "https://good.example", 101)]
    [InlineData("ours behind theirs", "https://foreign.example", 403)]
    [InlineData("ours behind theirs", "https://good.example", 101)]
    [InlineData("any", "https://foreign.example", 101)]
    public async Task Foreign_origin_is_refused_in_whatever_order_the_middlewares_stand(string where, string? origin, int status)
    {
        WebSocketOptions good = new() { AllowedOrigins = { "https://good.example" } };
        WebSocketConnection? ours = null;
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder =>
            {
                if (where == "configured") builder.Services.Configure<WebSocketOptions>(options => options.AllowedOrigins.Add("https://good.example"));
            },
            map: app =>
            {
                switch (where)
                {
                    case "ours":
                        app.UseCierreWebSockets(good);
                        app.UseWebSockets();
                        break;
                    case "theirs in front":
                        app.UseWebSockets(good);
                        app.UseCierreWebSockets();
                        break;
                    case "ours behind theirs":
                        app.UseWebSockets();
                        app.UseCierreWebSockets(good);
                        break;
                    case "any":
                        app.UseCierreWebSockets(new WebSocketOptions { AllowedOrigins = { "https://good.example", "*" } });
                        break;
                    default:
                        app.UseCierreWebSockets();
                        break;
                }

                app.Accept((socket, context) =>
                {
                    ours = context.GetCierre();
                    return EchoAsync(socket, context);
                });
            });
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.SendAsync(Handshake("/accept", origin is null ? [] : [$"Origin: {origin}"]));
        Assert.StartsWith($"HTTP/1.1 {status} ", await peer.ReadHeadAsync(), StringComparison.Ordinal);
        if (status != 101) return;
        await peer.SendTextAsync("x");
        Assert.Equal("x", (await peer.ReadFrameAsync()).Text);
        Assert.NotNull(ours);
    }

    [Theory]
    [InlineData("other origins", true)]
    [InlineData("other keep-alive", true)]
    [InlineData("the same", false)]
    [InlineData("configured for both", false)]
    [InlineData("alone", false)]
    [InlineData("far behind", true)]
    public async Task Framework_s_middleware_behind_with_other_options_is_warned_of_at_the_start(string which, bool warned)
    {
        var log = new LogSink(LogLevel.Warning);
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder => builder.Logging.AddProvider(log),
            map: app =>
            {
                app.UseCierreWebSockets(which == "the same" ? new WebSocketOptions { AllowedOrigins = { "https://a.example" } } : null);
                if (which == "far behind")
                {
                    app.Use((context, next) => next(context));
                    app.UseStaticFiles();
                    app.Use(next => next);
                    app.UseStatusCodePages();
                }

                if (which == "configured for both") app.UseWebSockets();
                else if (which == "other keep-alive") app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(7) });
                else if (which != "alone") app.UseWebSockets(new WebSocketOptions { AllowedOrigins = { "https://a.example" } });
            });
        Assert.Equal(warned, log.Lines.Any(line => line.Contains("UseWebSockets stands behind", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Endpoint_has_options_of_its_own()
    {
        CloseRecord? told = null;
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            map: app =>
            {
                app.Map("/small", async (HttpContext context) => await EchoAsync(await context.WebSockets.AcceptWebSocketAsync(), context)).UseCierre(options =>
                {
                    options.MaxMessageSize = 10;
                    options.OnClosed = (_, record) => told = record;
                });
                app.Map("/without", (HttpContext context) => context.WebSockets.IsWebSocketRequest ? "yes" : "no");
            });
        await using WebSocketConnection client = await server.ConnectAsync(path: "/small");
        await client.SendAsync("1234567890");
        Assert.Equal("1234567890", (await client.ReceiveAsync().Soon())!.Value.GetText());
        await client.SendAsync("12345678901");
        CloseRecord record = await client.DiscardAllAsync().Soon();
        Assert.Equal(1009, record.Code);
        await Waits.Until(() => told is not null, "the end to be told");
        Assert.Equal(CloseCause.MessageTooBig, told!.Cause);
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.SendAsync(Handshake("/without"));
        Assert.StartsWith("HTTP/1.1 200", await peer.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public async Task Drain_tells_the_program_and_the_client_1012(Carrier carrier)
    {
        var closed = new TaskCompletionSource<WebSocketReceiveResult>();
        await using TestServer server = await StartAsync(carrier, async (socket, _) =>
        {
            closed.SetResult(await socket.ReceiveAsync(new ArraySegment<byte>(new byte[10]), None));
            Assert.Equal(WebSocketState.Closed, socket.State);
        });
        await using WebSocketConnection client = await server.ConnectAsync(path: "/accept");
        Task draining = server.Services.GetRequiredService<WebSocketServer>().DrainAsync(new WebSocketDrainOptions { Code = CloseCodes.ServiceRestart });
        CloseRecord record = await client.DiscardAllAsync().Soon();
        Assert.Equal((1012, true), (record.Code, record.WasClean));
        WebSocketReceiveResult result = await closed.Task.Soon();
        Assert.Equal((WebSocketMessageType.Close, (WebSocketCloseStatus?)1012), (result.MessageType, result.CloseStatus));
        await draining.Soon();
        WebSocketConnectException refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/accept"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Record.HttpRefusal!.StatusCode);
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public async Task Program_that_returns_leaves_1001_and_one_that_throws_1011(Carrier carrier)
    {
        await using TestServer server = await StartAsync(carrier, (_, context) => context.Request.Query.ContainsKey("throw")
            ? throw new InvalidOperationException("secret")
            : Task.CompletedTask);
        await using WebSocketConnection left = await server.ConnectAsync(path: "/accept");
        Assert.Equal((1001, true), ((await left.DiscardAllAsync().Soon()).Code, (await left.Closed).WasClean));
        await using WebSocketConnection thrown = await server.ConnectAsync(path: "/accept?throw");
        CloseRecord record = await thrown.DiscardAllAsync().Soon();
        Assert.Equal((1011, true), (record.Code, record.WasClean));
        Assert.DoesNotContain("secret", record.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("close", false)]
    [InlineData("answered close", false)]
    [InlineData("reset", true)]
    [InlineData("abort", true)]
    public async Task Token_of_the_request_tells_of_a_loss_and_not_of_a_close(string how, bool cancelled)
    {
        var opened = new TaskCompletionSource<(WebSocket, HttpContext)>();
        var finish = new TaskCompletionSource();
        await using TestServer server = await StartAsync(Carrier.Http1, (socket, context) =>
        {
            opened.SetResult((socket, context));
            return finish.Task;
        });
        RawPeer peer = await server.RawAsync("/accept");
        (WebSocket socket, HttpContext context) = await opened.Task.Soon();
        CancellationToken token = context.RequestAborted;
        switch (how)
        {
            case "close":
                await peer.SendCloseAsync(1000);
                await socket.ReceiveAsync(new ArraySegment<byte>(new byte[10]), None).Soon();
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", token).Soon();
                break;
            case "answered close":
                Task closing = socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", token);
                await peer.ReadFrameAsync();
                await peer.SendCloseAsync(1000);
                await closing.Soon();
                break;
            case "reset":
                peer.Reset();
                await Assert.ThrowsAsync<WebSocketException>(() => socket.ReceiveAsync(new ArraySegment<byte>(new byte[10]), None).Soon());
                break;
            default:
                socket.Abort();
                break;
        }

        if (cancelled) await Waits.Until(() => token.IsCancellationRequested, "the token");
        else await peer.HalfCloseAsync();
        if (!cancelled) await socket.GetCierre()!.Closed.Soon();
        Assert.Equal(cancelled, token.IsCancellationRequested);
        finish.SetResult();
    }

    [Fact]
    public async Task Abort_of_the_request_reaches_the_socket()
    {
        var opened = new TaskCompletionSource<WebSocket>();
        await using TestServer server = await StartAsync(Carrier.Http1, async (socket, context) =>
        {
            opened.SetResult(socket);
            context.Abort();
            await socket.ReceiveAsync(new ArraySegment<byte>(new byte[10]), None);
        });
        await using RawPeer peer = await server.RawAsync("/accept");
        CloseRecord record = await (await opened.Task.Soon()).GetCierre()!.Closed.Soon();
        Assert.Equal((1006, CloseCause.Aborted, EndedBy.Local), (record.Code, record.Cause, record.EndedBy));
    }

    [Fact]
    public async Task Place_that_is_not_there_is_503_or_a_close_with_1013()
    {
        var entered = new SemaphoreSlim(0);
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app =>
        {
            foreach ((string path, RefusalMode mode) in (ReadOnlySpan<(string, RefusalMode)>)[("/status", RefusalMode.Status), ("/close", RefusalMode.Close)])
            {
                app.Map(path, async (HttpContext context) =>
                {
                    WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
                    entered.Release();
                    await EchoAsync(socket, context);
                }).UseCierre(options => (options.MaxConnections, options.CapacityResponse) = (1, mode));
            }
        });
        await using WebSocketConnection first = await server.ConnectAsync(path: "/status");
        await entered.WaitAsync().Soon();
        WebSocketConnectException refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/status"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Record.HttpRefusal!.StatusCode);
        await using WebSocketConnection one = await server.ConnectAsync(path: "/close");
        await entered.WaitAsync().Soon();
        await using WebSocketConnection two = await server.ConnectAsync(path: "/close");
        Assert.Equal(1013, (await two.DiscardAllAsync().Soon()).Code);
    }

    [Fact]
    public async Task Request_that_opens_nothing_is_left_as_it_is()
    {
        IHttpWebSocketFeature? feature = null;
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app =>
        {
            app.UseCierreWebSockets();
            app.Map("/plain", (HttpContext context) =>
            {
                feature = context.Features.Get<IHttpWebSocketFeature>();
                return "plain";
            });
        });
        using HttpResponseMessage answer = await server.SendAsync(new HttpRequestMessage(HttpMethod.Get, server.HttpUrl("/plain")));
        Assert.Equal("plain", await answer.Content.ReadAsStringAsync());
        Assert.Null(feature);
    }

    [Fact]
    public async Task Feature_of_another_server_stays()
    {
        var foreign = new Foreign();
        IHttpWebSocketFeature? feature = null;
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app =>
        {
            app.Use((context, next) =>
            {
                context.Features.Set<IHttpWebSocketFeature>(foreign);
                return next(context);
            });
            app.UseCierreWebSockets();
            app.Map("/see", (HttpContext context) => (feature = context.Features.Get<IHttpWebSocketFeature>()) is null ? "none" : "some");
        });
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.SendAsync(Handshake("/see"));
        Assert.StartsWith("HTTP/1.1 200", await peer.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Same(foreign, feature);
    }

    [Fact]
    public async Task Middleware_without_the_services_says_what_is_missing()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        await using WebApplication app = builder.Build();
        Assert.Contains("AddCierre", Assert.Throws<InvalidOperationException>(() => app.UseCierreWebSockets()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_accept_of_a_request_is_refused()
    {
        var second = new TaskCompletionSource<Exception?>();
        await using TestServer server = await StartAsync(Carrier.Http1, async (_, context) =>
            second.SetResult(await Record.ExceptionAsync(() => context.WebSockets.AcceptWebSocketAsync())));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/accept");
        Assert.IsType<InvalidOperationException>(await second.Task.Soon());
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(50, true)]
    public async Task Keep_alive_of_the_framework_s_options_counts_where_ours_is_not_set(int milliseconds, bool pings)
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app =>
        {
            app.UseCierreWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromMilliseconds(milliseconds) });
            app.Accept(EchoAsync);
        });
        await using RawPeer peer = await server.RawAsync("/accept");
        if (pings)
        {
            Assert.Equal(9, (await peer.ReadFrameAsync()).Opcode);
            return;
        }

        await peer.SendTextAsync("x");
        Assert.Equal("x", (await peer.ReadFrameAsync()).Text);
    }

    [Fact]
    public async Task Compression_is_what_the_program_asks_for()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app =>
        {
            app.UseCierreWebSockets();
            app.Map("/deflate", async (HttpContext context) =>
                await EchoAsync(await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { DangerousEnableCompression = true }), context));
        });
        WebSocketClientOptions options = server.ClientOptions();
        options.Compression = new DeflateOptions();
        await using WebSocketConnection client = await server.ConnectAsync(options, "/deflate");
        Assert.StartsWith("permessage-deflate", client.Extensions, StringComparison.Ordinal);
        string text = string.Concat(Enumerable.Repeat("again and ", 1000));
        await client.SendAsync(text);
        var received = new StringBuilder();
        while (received.Length < text.Length) received.Append((await client.ReceiveAsync().Soon())!.Value.GetText());
        Assert.Equal(text, received.ToString());
    }

    [Theory]
    [InlineData("cancels its receive")]
    [InlineData("disposes")]
    [InlineData("returns")]
    public async Task Program_that_leaves_because_the_host_stops_says_what_the_drain_says(string how)
    {
        await using TestServer server = await StartAsync(
            Carrier.Http1,
            async (socket, context) =>
            {
                // As SignalR does: the host's token comes before the drain.
                CancellationToken stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
                ValueTask<ValueWebSocketReceiveResult> receive = socket.ReceiveAsync(new byte[10].AsMemory(), how == "cancels its receive" ? stopping : None);
                if (how == "disposes")
                {
                    using CancellationTokenRegistration _ = stopping.Register(socket.Dispose);
                    await receive;
                }
                else if (how == "returns")
                {
                    await Task.Delay(Timeout.Infinite, stopping).ContinueWith(_ => { }, None);
                }
                else
                {
                    await receive;
                }
            },
            builder => builder.Configuration["Cierre:Drain:Code"] = "1012");
        await using RawPeer peer = await server.RawAsync("/accept");
        await Waits.Until(() => server.Services.GetRequiredService<WebSocketServer>().Connections.Count == 1, "the connection");
        server.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.Equal((1012, "the service restarts"), await CloseAsync(peer));
    }

    private static async Task<(int, string)> CloseAsync(RawPeer peer)
    {
        RawFrame frame = await peer.ReadFrameAsync().Soon();
        return (frame.CloseCode!.Value, frame.CloseReason!);
    }

    private static Task<TestServer> StartAsync(Carrier carrier, Func<WebSocket, HttpContext, Task> program, Action<WebApplicationBuilder>? build = null) =>
        TestServer.StartAsync(carrier, TestServer.EchoAsync, build: build, map: app =>
        {
            app.UseCierreWebSockets();
            app.Accept(program);
        });

    private static string Handshake(string path, params string[] headers) =>
        $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";

    private sealed class Foreign : IHttpWebSocketFeature
    {
        public bool IsWebSocketRequest => true;

        public Task<WebSocket> AcceptAsync(WebSocketAcceptContext context) => throw new NotSupportedException();
    }
}
