using System.Net;
using System.Text.Json;
using Cierre.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.AspNetCore.Tests.Inspector;

public class ViewerTests
{
    [Fact]
    public async Task List_comes_when_asked_for_and_again_by_itself()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        await using WebSocketConnection viewer = await server.ViewerAsync();
        await viewer.SendAsync("""{"type":"list"}""");
        JsonElement empty = await viewer.NextAsync("connections");
        Assert.Equal((0, 1), (empty.GetProperty("open").GetInt32(), empty.GetProperty("viewers").GetInt32()));
        await using WebSocketConnection client = await server.EchoClientAsync();
        JsonElement later = await viewer.NextAsync("connections", list => list.GetProperty("open").GetInt32() == 1);
        Assert.Equal(server.Shown().Id, later.GetProperty("connections")[0].GetProperty("id").GetInt64());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Frames_are_followed_live_and_their_payloads_only_where_the_options_allow_it(bool showPayloads)
    {
        await using TestServer server = await InspectorRig.StartAsync(options =>
        {
            options.AuthorizationCheck = _ => ValueTask.FromResult(true);
            options.PayloadBytes = showPayloads ? 6 : 0;
        });
        await using WebSocketConnection client = await server.EchoClientAsync(), viewer = await server.ViewerAsync();
        await viewer.SendAsync($$"""{"type":"follow","id":{{server.Shown().Id}}}""");
        Assert.Equal(showPayloads, (await viewer.NextAsync("following")).GetProperty("showsPayloads").GetBoolean());
        await client.EchoAsync("secret text");
        List<JsonElement> frames = await FramesAsync(viewer, 2);
        Assert.Equal([(true, "text", 11L), (false, "text", 11L)], frames.Select(f => (f.GetProperty("received").GetBoolean(), f.GetProperty("opcode").GetString()!, f.GetProperty("length").GetInt64())));
        Assert.All(frames, frame => Assert.Equal(showPayloads ? "\"secret\"…" : null, frame.TryGetProperty("payload", out JsonElement payload) ? payload.GetString() : null));
        Assert.All(frames, frame => Assert.Equal(showPayloads, frame.GetRawText().Contains("secret", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Frames_before_the_look_are_shown_where_they_are_kept()
    {
        await using TestServer server = await InspectorRig.StartAsync(endpoint: o => o.MaxRecentFrames = 4);
        await using WebSocketConnection client = await server.EchoClientAsync(), viewer = await server.ViewerAsync();
        await viewer.SendAsync($$"""{"type":"follow","id":{{server.Shown().Id}}}""");
        Assert.Equal(2, (await viewer.NextAsync("following")).GetProperty("before").GetArrayLength());
    }

    [Fact]
    public async Task End_of_the_connection_that_is_followed_is_told_after_its_last_frame_and_explained()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        await using WebSocketConnection client = await server.EchoClientAsync(), viewer = await server.ViewerAsync("?lang=es");
        long id = server.Shown().Id;
        await viewer.SendAsync($$"""{"type":"follow","id":{{id}}}""");
        await viewer.NextAsync("following");
        using HttpResponseMessage close = await server.PostCloseAsync($$"""{"ids":[{{id}}],"code":4001,"reason":"enough"}""");
        List<JsonElement> frames = await FramesAsync(viewer, 2);
        Assert.Equal([("close", 4001, "enough"), ("close", 4001, "")], frames.Take(2).Select(f => (f.GetProperty("opcode").GetString()!, f.GetProperty("code").GetInt32(), f.GetProperty("reason").GetString()!)));
        JsonElement ended = await viewer.NextAsync("ended");
        Assert.Equal((id, 4001), (ended.GetProperty("id").GetInt64(), ended.GetProperty("code").GetInt32()));
        Assert.Contains("Reconectar: ", ended.GetProperty("explanation").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Closes_come_with_their_explanation_in_the_viewer_s_language_each_once()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        await using WebSocketConnection viewer = await server.ViewerAsync();
        await viewer.SendAsync("""{"type":"list","lang":"es"}""");
        await viewer.NextAsync("connections");
        foreach (int code in new[] { 4001, 4002 })
        {
            await using WebSocketConnection client = await server.EchoClientAsync();
            await client.CloseAsync((ushort)code);
            JsonElement row = Assert.Single((await viewer.NextAsync("closes")).GetProperty("closes").EnumerateArray());
            Assert.Equal(code, row.GetProperty("code").GetInt32());
            Assert.Contains("Reconectar: ", row.GetProperty("explanation").GetString(), StringComparison.Ordinal);
        }

        await viewer.SendAsync("""{"type":"list","lang":"en"}""");
        JsonElement again = (await viewer.NextAsync("closes")).GetProperty("closes");
        Assert.Equal([4002, 4001], again.EnumerateArray().Select(row => row.GetProperty("code").GetInt32()));
        Assert.Contains("Reconnect: ", again[0].GetProperty("explanation").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_watches_a_connection_before_a_viewer_follows_it_and_after_he_left()
    {
        var clock = new CountingClock();
        await using TestServer server = await InspectorRig.StartAsync(
            options => options.AuthorizationCheck = _ => ValueTask.FromResult(true), services: services => services.AddSingleton<TimeProvider>(clock));
        await using WebSocketConnection client = await server.EchoClientAsync();
        OpenConnection shown = server.Shown();
        // Whoever only lists, over HTTP or live, watches nothing either.
        await server.JsonAsync("/_ws/connections");
        await server.JsonAsync($"/_ws/connections/{shown.Id}");
        Assert.Equal((false, 0), (shown.Connection.Driver.Traces.IsWatched, clock.Running));
        await using (WebSocketConnection viewer = await server.ViewerAsync())
        {
            await viewer.SendAsync("""{"type":"list"}""");
            await viewer.NextAsync("connections");
            Assert.False(shown.Connection.Driver.Traces.IsWatched);
            Assert.NotEqual(0, clock.Running);
            await viewer.SendAsync($$"""{"type":"follow","id":{{shown.Id}}}""");
            await viewer.NextAsync("following");
            Assert.True(shown.Connection.Driver.Traces.IsWatched);
        }

        await Waits.Until(() => !shown.Connection.Driver.Traces.IsWatched, "the trace to end");
        await Waits.Until(() => server.Connections.Count == 1 && clock.Running == 0, "the viewer to leave");
    }

    [Theory]
    [InlineData("""{"type":"unfollow"}""")]
    [InlineData("""{"type":"follow","id":999999}""")]
    public async Task Trace_ends_when_the_viewer_turns_away(string command)
    {
        await using TestServer server = await InspectorRig.StartAsync();
        await using WebSocketConnection client = await server.EchoClientAsync(), viewer = await server.ViewerAsync();
        OpenConnection shown = server.Shown();
        await viewer.SendAsync($$"""{"type":"follow","id":{{shown.Id}}}""");
        await viewer.NextAsync("following");
        await viewer.SendAsync(command);
        await Waits.Until(() => !shown.Connection.Driver.Traces.IsWatched, "the trace to end");
        Assert.True(viewer.IsOpen);
    }

    [Fact]
    public async Task Viewer_that_vanishes_without_a_word_leaves_no_trace()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        await using WebSocketConnection client = await server.EchoClientAsync();
        WebSocketConnection viewer = await server.ViewerAsync();
        await viewer.SendAsync($$"""{"type":"follow","id":{{server.Shown().Id}}}""");
        await viewer.NextAsync("following");
        viewer.Abort();
        await Waits.Until(() => !server.Shown().Connection.Driver.Traces.IsWatched, "the trace to end");
    }

    [Fact]
    public async Task Frames_that_come_faster_than_they_are_shown_are_dropped_and_counted()
    {
        await using TestServer server = await InspectorRig.StartAsync(options => (options.AuthorizationCheck, options.MaxFramesPerSecond) = (_ => ValueTask.FromResult(true), 5));
        await using WebSocketConnection client = await server.EchoClientAsync(), viewer = await server.ViewerAsync();
        await viewer.SendAsync($$"""{"type":"follow","id":{{server.Shown().Id}}}""");
        await viewer.NextAsync("following");
        for (int i = 0; i < 200; i++) await client.EchoAsync("x");
        await client.CloseAsync(4001);
        int shown = 0;
        long missed = 0;
        while (true)
        {
            JsonElement frames = await viewer.NextAsync("frames");
            Assert.InRange(frames.GetProperty("frames").GetArrayLength(), 0, 1);
            shown += frames.GetProperty("frames").GetArrayLength();
            missed = frames.GetProperty("missed").GetInt64();
            if (frames.GetRawText().Contains("\"close\"", StringComparison.Ordinal)) break;
        }

        // The end is what tells most: it is never among what is dropped.
        JsonElement ended = await viewer.NextAsync("ended");
        Assert.Equal(4001, ended.GetProperty("code").GetInt32());
        Assert.InRange(missed, 300, 402);
        Assert.InRange(shown, 1, 100);
    }

    [Fact]
    public async Task One_viewer_too_many_is_refused_and_no_place_is_lost()
    {
        await using TestServer server = await InspectorRig.StartAsync(options => (options.AuthorizationCheck, options.MaxViewers) = (_ => ValueTask.FromResult(true), 1));
        await using (WebSocketConnection first = await server.ViewerAsync())
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ViewerAsync())).Record.HttpStatus);
        }

        await Waits.Until(() => server.Connections.Count == 0, "the first to leave");
        await (await server.ViewerAsync()).DisposeAsync();
    }

    [Theory]
    [InlineData("no json", 1007)]
    [InlineData("""{"type":"follow"}""", 1008)]
    [InlineData("""{"type":"dance"}""", 1008)]
    [InlineData("null", 1008)]
    public async Task What_is_no_command_ends_the_feed(string command, int code)
    {
        await using TestServer server = await InspectorRig.StartAsync();
        await using WebSocketConnection viewer = await server.ViewerAsync();
        await viewer.SendAsync(command);
        Assert.Equal(code, (await viewer.Closed.Soon()).Code);
    }

    [Fact]
    public async Task Settings_of_the_application_s_endpoints_do_not_open_or_break_the_feed()
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder =>
            {
                builder.Configuration["Cierre:AcceptedKind"] = "Binary";
                builder.Configuration["Cierre:MaxMessageSize"] = "2";
                builder.Configuration["Cierre:MaxConnections"] = "1";
                builder.Configuration["Cierre:AllowedOrigins:0"] = "*";
                builder.Configuration["Cierre:MaxRecentFrames"] = "8";
            },
            map: app => app.MapWebSocketInspector("/_ws", options => options.AuthorizationCheck = _ => ValueTask.FromResult(true)));
        await using WebSocketConnection viewer = await server.ViewerAsync(), second = await server.ViewerAsync();
        await viewer.SendAsync("""{"type":"list"}""");
        await viewer.NextAsync("connections", list => list.GetProperty("viewers").GetInt32() == 2);
        WebSocketClientOptions options = server.ClientOptions();
        options.Headers.Add(new("Origin", "http://evil.example"));
        await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(options, "/_ws/live"));
    }

    [Fact]
    public async Task What_the_application_wrote_for_its_endpoints_is_not_asked_about_the_feed()
    {
        int asked = 0;
        await using TestServer server = await InspectorRig.StartAsync(services: services => services.Configure<WebSocketEndpointOptions>(options =>
        {
            (options.CloseOnExpiry, options.PingInterval) = (false, Timeout.InfiniteTimeSpan);
            (options.SendBufferLimit, options.MaxFragments, options.CloseTimeout) = (1, 1, TimeSpan.FromTicks(1));
            options.PermissionCheck = (_, _) =>
            {
                asked++;
                return ValueTask.FromResult(false);
            };
            options.OnClosed = (_, _) => asked++;
            options.ExpirySelector = _ =>
            {
                asked++;
                return DateTimeOffset.UtcNow;
            };
            options.MessageLimiterSelector = _ =>
            {
                asked++;
                return null;
            };
        }));
        await using (WebSocketConnection viewer = await server.ViewerAsync())
        {
            await viewer.SendAsync("""{"type":"list"}""");
            await viewer.NextAsync("connections");
        }

        await Waits.Until(() => server.Connections.Count == 0, "the viewer to leave");
        Assert.Equal(0, asked);
        // A viewer who vanished is noticed, whatever the application thinks of pings.
        WebSocketEndpointOptions feed = server.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<WebSocketEndpointMetadata>()?.Endpoint.Options).OfType<WebSocketEndpointOptions>().Single(options => options.IsInspector);
        Assert.True(feed.CloseOnExpiry && feed.PingInterval > TimeSpan.Zero && feed.PingTimeout > TimeSpan.Zero);
        var fresh = new WebSocketEndpointOptions();
        Assert.Equal((fresh.SendBufferLimit, fresh.MaxFragments, fresh.CloseTimeout, null), (feed.SendBufferLimit, feed.MaxFragments, feed.CloseTimeout, feed.PermissionCheck));
    }

    [Fact]
    public async Task Number_of_another_process_follows_nothing()
    {
        await using TestServer server = await InspectorRig.StartAsync();
        await using WebSocketConnection client = await server.EchoClientAsync(), viewer = await server.ViewerAsync();
        await viewer.SendAsync("""{"type":"list"}""");
        string process = (await viewer.NextAsync("connections")).GetProperty("process").GetString()!;
        await viewer.SendAsync($$"""{"type":"follow","id":{{server.Shown().Id}},"process":"another"}""");
        Assert.False((await viewer.NextAsync("ended")).TryGetProperty("code", out _));
        Assert.False(server.Shown().Connection.Driver.Traces.IsWatched);
        await viewer.SendAsync($$"""{"type":"follow","id":{{server.Shown().Id}},"process":"{{process}}"}""");
        Assert.Equal(process, (await viewer.NextAsync("following")).GetProperty("process").GetString());
    }

    [Fact]
    public async Task Application_s_endpoint_of_the_feed_s_name_is_shown_and_another_inspector_s_viewer_is_not()
    {
        await using TestServer server = await InspectorRig.StartAsync(map: app =>
        {
            app.MapGroup("/admin").MapWebSocketInspector("/", options => options.AuthorizationCheck = _ => ValueTask.FromResult(true));
            app.MapWebSocketInspector("/_ws", options => options.AuthorizationCheck = _ => ValueTask.FromResult(true));
            app.MapWebSocket("/live", TestServer.EchoAsync);
        });
        await using WebSocketConnection client = await server.ConnectAsync(path: "/live"), viewer = await server.ViewerAsync(), other = await server.ConnectAsync(path: "/admin/live");
        // Its count is the last that changes: a client can have its answer before the roster has it, and be gone before its close is kept.
        var roster = server.Services.GetRequiredService<WebSocketRoster>();
        await Waits.Until(() => roster.Count == 3, "all to be in the roster");
        foreach (string inspector in new[] { "/_ws", "/admin" })
        {
            JsonElement list = await server.JsonAsync($"{inspector}/connections");
            Assert.Equal("/live", Assert.Single(list.GetProperty("connections").EnumerateArray()).GetProperty("endpoint").GetString());
            Assert.Equal(2, list.GetProperty("viewers").GetInt32());
        }

        await client.CloseAsync(4001);
        await viewer.CloseAsync(4002);
        await Waits.Until(() => roster.Count == 1, "both to leave");
        Assert.Equal(4001, Assert.Single((await server.JsonAsync("/_ws/closes")).GetProperty("closes").EnumerateArray()).GetProperty("code").GetInt32());
    }

    private static async Task<List<JsonElement>> FramesAsync(WebSocketConnection viewer, int least)
    {
        var frames = new List<JsonElement>();
        while (frames.Count < least) frames.AddRange((await viewer.NextAsync("frames")).GetProperty("frames").EnumerateArray());
        return frames;
    }

    /// <summary>How many timers run again and again: of all that the server asks of its clock, the inspector's.</summary>
    private sealed class CountingClock : TimeProvider
    {
        private int _running;

        public int Running => Volatile.Read(ref _running);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = System.CreateTimer(callback, state, dueTime, period);
            if (period == Timeout.InfiniteTimeSpan) return timer;
            Interlocked.Increment(ref _running);
            return new Counted(timer, this);
        }

        private sealed class Counted(ITimer timer, CountingClock clock) : ITimer
        {
            private int _disposed;

            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

            public void Dispose()
            {
                if (Interlocked.Exchange(ref _disposed, 1) == 0) Interlocked.Decrement(ref clock._running);
                timer.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
