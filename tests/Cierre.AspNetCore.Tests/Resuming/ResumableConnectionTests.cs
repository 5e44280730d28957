using System.Collections.Concurrent;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.AspNetCore.Tests.Resuming;

/// <summary>Client and server of a session, through a proxy that cuts what carries it.</summary>
public sealed class ResumableConnectionTests
{
    private readonly ConcurrentQueue<string> _told = [];
    private WebSocketConnection? _ofHandler;

    [Theory]
    [InlineData(CutKind.Reset)]
    [InlineData(CutKind.End)]
    [InlineData(CutKind.Silence)]
    public async Task Nothing_is_lost_doubled_or_out_of_order_however_often_the_connection_is_cut(CutKind cut)
    {
        await using TestServer server = await StartAsync();
        await using var proxy = new CuttingProxy(server.Url);
        await using ResumableConnection resumable = await ConnectAsync(proxy.Url);
        const int Messages = 200;
        Task sending = Task.Run(async () =>
        {
            for (int i = 1; i <= Messages; i++)
            {
                await resumable.Connection.SendAsync($"{i}");
                if (i % 20 == 0)
                {
                    proxy.CutNow(cut);
                    await Task.Delay(20);
                }
            }
        });
        for (int i = 1; i <= Messages; i++) Assert.Equal($"{i}", await NextAsync(resumable));
        await sending.Soon();
        CloseRecord record = await resumable.Connection.CloseAsync(4000, "done").Soon();
        Assert.Equal((4000, true, null), (record.Code, record.WasClean, record.Session!.Lost));
        Assert.InRange(record.Session.ConnectionCount, 2, 11);
        Assert.Contains("reconnecting", _told);
        Assert.Contains("resumed", _told);
        Assert.DoesNotContain("lost", _told);
    }

    /// <summary>One conversation, cut once: behind each of its bytes in turn, in each way. A share of them runs here; CIERRE_CUTS=1 takes all.</summary>
    [Theory]
    [InlineData(CutKind.Reset, 53)]
    [InlineData(CutKind.End, 53)]
    [InlineData(CutKind.Silence, 211)]
    public async Task Nothing_is_lost_whatever_byte_is_the_last_that_passes(CutKind cut, int step)
    {
        await using TestServer server = await StartAsync();
        long length;
        await using (var proxy = new CuttingProxy(server.Url))
        {
            await ConverseAsync(proxy, 0);
            length = proxy.Passed;
        }

        if (Environment.GetEnvironmentVariable("CIERRE_CUTS") is { } all) step = int.Parse(all, System.Globalization.CultureInfo.InvariantCulture);
        int first = Random.Shared.Next(step) + 1;
        await Parallel.ForEachAsync(Enumerable.Range(0, (int)(length - first) / step + 1).Select(i => first + i * step), async (at, _) =>
        {
            await using var proxy = new CuttingProxy(server.Url);
            proxy.CutBehind(at, cut);
            try
            {
                await ConverseAsync(proxy, at);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"cut behind byte {at} of {length} ({cut}): {e.Message}", e);
            }
        });

        async Task ConverseAsync(CuttingProxy proxy, long at)
        {
            ResumableConnection? resumable = null;
            // The cut may come before there is a session: then the application connects again, as it would without one.
            for (int attempt = 0; resumable is null; attempt++)
            {
                try
                {
                    resumable = await ConnectAsync(proxy.Url, options => options.ConnectTimeout = TimeSpan.FromSeconds(1));
                }
                catch (Exception e) when (e is WebSocketConnectException or WebSocketClosedException && attempt == 0)
                {
                }
            }

            for (int i = 1; i <= 6; i++)
            {
                await resumable.Connection.SendAsync($"{at}:{i}");
                if (i % 2 == 0) continue;
                Assert.Equal($"{at}:{(i + 1) / 2}", await NextAsync(resumable));
            }

            for (int i = 4; i <= 6; i++) Assert.Equal($"{at}:{i}", await NextAsync(resumable));
            await resumable.DisposeAsync().AsTask().Soon();
        }
    }

    [Fact]
    public async Task Code_that_is_said_while_the_client_is_away_arrives()
    {
        await using TestServer server = await StartAsync();
        await using var proxy = new CuttingProxy(server.Url);
        await using ResumableConnection resumable = await ConnectAsync(proxy.Url, options =>
            options.Policy = (_, _) => ReconnectDecision.After(TimeSpan.FromMilliseconds(200)));
        proxy.CutNow();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        Task<CloseRecord> closing = _ofHandler!.CloseAsync(4001, "signed out");
        CloseRecord record = await resumable.Closed.Soon();
        Assert.Equal((4001, "signed out", true, EndedBy.Remote), (record.Code, record.Reason, record.WasClean, record.EndedBy));
        Assert.Equal((4001, true), ((await closing.Soon()).Code, (await closing).WasClean));
        Assert.Null(record.Session!.Lost);
    }

    [Fact]
    public async Task Server_that_has_started_anew_has_lost_the_session_and_the_client_is_told()
    {
        var keys = new EphemeralDataProtectionProvider();
        await using TestServer first = await StartAsync(keys);
        await using TestServer second = await StartAsync(keys);
        bool toSecond = false;
        await using ResumableConnection resumable = await ConnectAsync(first.Url, options =>
        {
            options.AlternateUrls.Add(new Uri(second.Url, "/r"));
            options.Policy = (last, _) => toSecond ? ReconnectDecision.AsAdvised : ReconnectDecision.Stop;
        });
        await resumable.Connection.SendAsync("1");
        Assert.Equal("1", await NextAsync(resumable));
        toSecond = true;
        // 1013 sends the client to the other address.
        await first.Services.GetRequiredService<WebSocketServer>().ShedAsync(1).Soon();
        CloseRecord record = await resumable.Closed.Soon();
        Assert.Equal((1013, CloseCause.SessionLost, "node-lost"), (record.Code, record.Cause, record.Session!.Lost));
        Assert.Null(await resumable.Connection.ReceiveAsync().Soon());
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await resumable.Connection.SendAsync("2"));
        await Waits.Until(() => _told.Contains("lost"), "the event");
    }

    [Fact]
    public async Task Session_has_what_its_first_connection_agreed_on_and_the_applications_own_subprotocol()
    {
        await using TestServer server = await StartAsync(subprotocol: "chat.v2");
        var url = new UriBuilder(server.Url) { UserName = "me", Password = "secret" };
        await using ResumableConnection resumable = await ConnectAsync(url.Uri, options => options.Subprotocols.Add("chat.v2"));
        Assert.Equal(("chat.v2", "ws", ""), (resumable.Connection.Subprotocol, resumable.Connection.Url!.Scheme, resumable.Connection.Url.UserInfo));
        Assert.NotNull(resumable.Connection.OpeningTimes);
        Assert.Contains("cierre.resume.v1+chat.v2", resumable.Connection.ResponseHeaders!.GetValues("Sec-WebSocket-Protocol"));
        await using ResumableConnection without = await ConnectAsync(server.Url);
        Assert.Null(without.Connection.Subprotocol);
    }

    [Fact]
    public async Task Events_come_in_their_order_and_all_of_them_before_it_is_disposed()
    {
        await using TestServer server = await StartAsync();
        await using var proxy = new CuttingProxy(server.Url);
        ResumableConnection resumable = await ConnectAsync(proxy.Url);
        // Slower than the events come.
        resumable.Reconnecting += (_, _) => Thread.Sleep(20);
        for (int i = 1; i <= 5; i++)
        {
            await resumable.Connection.SendAsync($"{i}");
            Assert.Equal($"{i}", await NextAsync(resumable));
            proxy.CutNow();
            await Waits.Until(() => resumable.Connection.Session!.Story.ConnectionCount > i, "the session to go on");
        }

        await resumable.DisposeAsync().AsTask().Soon();
        Assert.Equal(5, _told.Count(told => told == "resumed"));
        Assert.Equal(Enumerable.Repeat(new[] { "reconnecting", "resumed" }, 5).SelectMany(each => each), _told);
    }

    [Fact]
    public async Task Client_that_is_told_to_stop_has_given_the_session_up()
    {
        await using TestServer server = await StartAsync();
        await using var proxy = new CuttingProxy(server.Url);
        await using ResumableConnection resumable = await ConnectAsync(proxy.Url, options => options.Policy = (_, _) => ReconnectDecision.Stop);
        proxy.CutNow();
        CloseRecord record = await resumable.Closed.Soon();
        Assert.Equal((1006, "given-up"), (record.Code, record.Session!.Lost));
    }

    [Fact]
    public async Task Server_without_resume_refuses_and_one_that_cannot_be_reached_is_named()
    {
        await using TestServer server = await StartAsync();
        WebSocketConnectException e = await Assert.ThrowsAsync<WebSocketConnectException>(() => ResumableConnection.ConnectAsync(server.Url).Soon());
        Assert.Equal(CloseCause.BadHandshake, e.Record.Cause);
        e = await Assert.ThrowsAsync<WebSocketConnectException>(() => ResumableConnection.ConnectAsync(new Uri("ws://127.0.0.1:1/")).Soon());
        Assert.Equal(CloseCause.ConnectionRefused, e.Record.Cause);
    }

    [Fact]
    public async Task Session_that_the_application_closes_while_away_is_over_at_once_and_the_server_lets_it_expire()
    {
        await using TestServer server = await StartAsync();
        await using var proxy = new CuttingProxy(server.Url);
        ResumableConnection resumable = await ConnectAsync(proxy.Url, options => options.Policy = (_, _) => ReconnectDecision.After(TimeSpan.FromDays(1)));
        proxy.CutNow();
        await Waits.Until(() => resumable.IsAway, "the client to notice");
        await resumable.DisposeAsync().AsTask().Soon();
        Assert.Equal(1006, (await resumable.Closed).Code);
    }

    [Fact]
    public async Task Cancelled_wait_for_the_session_leaves()
    {
        await using TestServer server = await StartAsync();
        await using var proxy = new CuttingProxy(server.Url);
        proxy.CutBehind(100, CutKind.Silence);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ResumableConnection.ConnectAsync(new Uri(proxy.Url, "/r"), null, cancel.Token).Soon());
    }

    private async Task<ResumableConnection> ConnectAsync(Uri url, Action<WebSocketReconnectOptions>? configure = null)
    {
        var options = new WebSocketReconnectOptions
        {
            PingInterval = TimeSpan.FromMilliseconds(100),
            PingTimeout = TimeSpan.FromMilliseconds(300),
            EventLoops = TransportUnderTest.Loops,
            Policy = (_, _) => ReconnectDecision.After(TimeSpan.Zero),
        };
        configure?.Invoke(options);
        ResumableConnection resumable = await ResumableConnection.ConnectAsync(new Uri(url, "/r"), options).Soon();
        resumable.Reconnecting += (_, _) => _told.Enqueue("reconnecting");
        resumable.Resumed += (_, _) => _told.Enqueue("resumed");
        resumable.Lost += (_, _) => _told.Enqueue("lost");
        return resumable;
    }

    private static async Task<string?> NextAsync(ResumableConnection resumable) => (await resumable.Connection.ReceiveAsync().Soon())?.GetText();

    private Task<TestServer> StartAsync(IDataProtectionProvider? keys = null, string? subprotocol = null) => TestServer.StartAsync(
        Carrier.Http1,
        TestServer.EchoAsync,
        build: builder => builder.Services.AddSingleton(keys ?? new EphemeralDataProtectionProvider()),
        map: app => app.MapWebSocket("/r", connection =>
        {
            _ofHandler = connection;
            return TestServer.EchoAsync(connection);
        }, options =>
        {
            if (subprotocol is not null) options.Subprotocols.Add(subprotocol);
        }).WithResume());
}
