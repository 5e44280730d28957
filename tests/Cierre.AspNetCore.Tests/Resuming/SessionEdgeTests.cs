using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text.Json;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.AspNetCore.Tests.Resuming;

/// <summary>Sessions over real connections where things meet at an unlucky moment; those of a plain connection say what is right.</summary>
public sealed class SessionEdgeTests : SessionClientTests
{
    private readonly List<WebSocketConnection> _ofHandlers = [];
    private readonly ConcurrentQueue<string> _handler = [];
    private readonly Protector _protector = new();

    /// <summary>A client whose first attempt to resume is slow has a second one under way: each brings a token, and the newest is good.</summary>
    [Fact]
    public async Task Token_of_a_resume_that_crossed_another_is_good()
    {
        await using TestServer server = await StartAsync();
        WebSocketConnection first = await HelloAsync(server);
        first.Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");

        _protector.HoldNext();
        WebSocketConnection slow = await ResumeAsync(server, got: 0, sent: 0);
        Assert.True(_protector.IsHeld.Wait(TimeSpan.FromSeconds(10)));
        WebSocketConnection fast = await ResumeAsync(server, got: 0, sent: 0);
        Assert.StartsWith("!{\"resumed\"", await NextAsync(fast), StringComparison.Ordinal);
        _protector.GoOn.Set();
        Token = Control(await NextAsync(slow)).GetProperty("resumed").GetProperty("token").GetString()!;
        // The newest holder has said something: older tokens are good no more, and its own is.
        await slow.SendAsync("=1");
        Assert.Equal("=1", await NextAsync(slow));
        slow.Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connections to be gone");
        WebSocketConnection again = await ResumeAsync(server, got: 1, sent: 1);
        Assert.StartsWith("!{\"resumed\"", await NextAsync(again), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_as_large_as_the_endpoint_takes_is_taken_over_a_session_too()
    {
        await using TestServer server = await StartAsync(options => options.MaxMessageSize = 2000);
        string largest = new('x', 2000);
        WebSocketConnection plain = await server.ConnectAsync(path: "/r");
        await plain.SendAsync(largest);
        Assert.Equal(largest, await NextAsync(plain));
        WebSocketConnection client = await HelloAsync(server);
        await client.SendAsync("=" + largest);
        WebSocketMessage? echo = await client.ReceiveAsync().Soon();
        Assert.Equal("=" + largest, echo?.GetText());
    }

    [Fact]
    public async Task Endpoint_of_small_messages_can_resume_its_sessions()
    {
        await using TestServer server = await StartAsync(options => options.MaxMessageSize = 100);
        WebSocketConnection client = await HelloAsync(server);
        client.Abort();
        client = await ResumeAsync(server, got: 0, sent: 0);
        WebSocketMessage? answer = await client.ReceiveAsync().Soon();
        Assert.NotNull(answer);
    }

    [Fact]
    public async Task Client_of_small_messages_can_have_a_session()
    {
        await using TestServer server = await StartAsync();
        await using ResumableConnection resumable = await ResumableConnection.ConnectAsync(
            new Uri(server.Url, "/r"), new WebSocketReconnectOptions { MaxMessageSize = 100, EventLoops = TransportUnderTest.Loops }).Soon();
    }

    [Fact]
    public async Task Session_that_begins_while_the_host_drains_ends_with_it()
    {
        await using TestServer server = await StartAsync(drain: options => (options.Spread, options.Timeout) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8)));
        WebSocketConnection early = await OpenAsync(server);
        // Of two connections one comes late in the spread.
        WebSocketConnection early2 = await OpenAsync(server), early3 = await OpenAsync(server);
        Task stop = server.StopAsync();
        await Waits.Until(() => server.Services.GetRequiredService<WebSocketServer>().IsDraining, "the drain");
        foreach (WebSocketConnection client in new[] { early, early2, early3 })
        {
            try
            {
                await GreetAsync(client);
            }
            catch (Exception e) when (e is WebSocketClosedException or InvalidOperationException)
            {
                // Its turn came first.
            }

            _ = client.DiscardAllAsync();
        }

        await Waits.Until(() => _ofHandlers.Count > 0, "a handler to begin");
        await stop.Soon();
        await Task.WhenAny(Task.WhenAll(_ofHandlers.Select(handler => handler.Closed)), Task.Delay(1000));
        Assert.All(_ofHandlers, session => Assert.True(session.Closed.IsCompleted,
            $"the host has stopped, and the session is open: {session.IsOpen}, away: {session.Session!.IsAway}"));
    }

    [Fact]
    public async Task Session_goes_on_with_renewed_credentials()
    {
        await using TestServer server = await StartAsync();
        await using var proxy = new CuttingProxy(server.Url);
        var options = new WebSocketReconnectOptions { EventLoops = TransportUnderTest.Loops };
        options.CredentialsRenewal = (_, _) => ValueTask.FromResult<WebSocketClientOptions?>(options.WithHeader("X-Pass", "new"));
        options.Policy = (last, _) => last.WasOpen ? ReconnectDecision.After(TimeSpan.Zero) : ReconnectDecision.AsAdvised;
        await using ResumableConnection resumable = await ResumableConnection.ConnectAsync(new Uri(proxy.Url, "/r"), options).Soon();
        await resumable.Connection.SendAsync("1");
        Assert.Equal("1", await NextAsync(resumable.Connection));
        _needsPass = true;
        proxy.CutNow();
        await resumable.Connection.SendAsync("2");
        WebSocketMessage? next = await resumable.Connection.ReceiveAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(next is not null, next is null ? (await resumable.Closed.Soon()).Explain() : "");
        Assert.Equal("2", next?.GetText());
        Assert.Single(_ofHandlers);
    }

    [Fact]
    public async Task Policy_that_throws_ends_the_session()
    {
        await using TestServer server = await StartAsync();
        await using var proxy = new CuttingProxy(server.Url);
        ResumableConnection resumable = await ConnectWithPolicyThatThrowsAsync(proxy);
        proxy.CutNow();
        await Task.WhenAny(resumable.Closed, Task.Delay(2000));
        Assert.True(resumable.Closed.IsCompleted, $"open: {resumable.Connection.IsOpen}, away: {resumable.IsAway}");
    }

    [Fact]
    public async Task Disposing_of_a_session_whose_policy_threw_comes_to_an_end()
    {
        await using TestServer server = await StartAsync();
        await using var proxy = new CuttingProxy(server.Url);
        ResumableConnection resumable = await ConnectWithPolicyThatThrowsAsync(proxy);
        proxy.CutNow();
        await Task.Delay(500);
        Task dispose = resumable.DisposeAsync().AsTask();
        await Task.WhenAny(dispose, Task.Delay(3000));
        Assert.True(dispose.IsCompleted);
    }

    [Fact]
    public async Task Story_of_a_client_tells_of_connections_that_held_the_session_alone()
    {
        await using TestServer server = await StartAsync();
        await using var proxy = new CuttingProxy(server.Url);
        int failed = 0;
        await using ResumableConnection resumable = await ResumableConnection.ConnectAsync(new Uri(proxy.Url, "/r"), new WebSocketReconnectOptions
        {
            EventLoops = TransportUnderTest.Loops,
            Policy = (last, _) =>
            {
                if (!last.WasOpen && ++failed == 2) _needsPass = false;
                return ReconnectDecision.After(TimeSpan.Zero);
            },
        }).Soon();
        var resumed = new TaskCompletionSource<SessionConnection>();
        resumable.Resumed += (_, told) => resumed.TrySetResult(told);
        _needsPass = true;
        proxy.CutNow();
        SessionConnection before = await resumed.Task.Soon();
        Assert.Equal(2, failed);
        SessionStory story = resumable.Connection.Session!.Story;
        Assert.Equal((2, 1), (story.ConnectionCount, story.Connections.Count));
        Assert.NotEqual(CloseCause.HttpStatus, before.Cause);
    }

    [Fact]
    public async Task Handler_can_renew_the_credentials_of_its_session_after_it_was_resumed()
    {
        await using TestServer server = await StartAsync();
        WebSocketConnection client = await HelloAsync(server, "/credentials");
        await client.SendAsync("=renew");
        Assert.Equal("=True", await NextAsync(client));
        client.Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        client = await ResumeAsync(server, got: 1, sent: 1, "/credentials");
        Assert.StartsWith("!{\"resumed\"", await NextAsync(client), StringComparison.Ordinal);
        await client.SendAsync("=renew");
        Assert.Equal("=True", await NextAsync(client));
    }

    [Fact]
    public async Task Handler_that_is_over_its_time_is_ended_though_it_has_a_session()
    {
        await using TestServer server = await StartAsync(options => options.HandlerTimeout = TimeSpan.FromMilliseconds(300));
        WebSocketConnection client = await HelloAsync(server);
        Assert.Equal(3008, (await client.DiscardAllAsync().Soon()).Code);
        await Task.WhenAny(_ofHandlers[0].Closed, Task.Delay(1000));
        Assert.False(_ofHandlers[0].IsOpen, "its time is over, and nothing has told it so");
    }

    [Fact]
    public async Task Network_that_is_dead_parks_a_session_to_which_the_server_is_sending()
    {
        await using TestServer server = await StartAsync(
            options =>
            {
                options.SendTimeout = TimeSpan.FromMilliseconds(600);
                options.CloseTimeout = TimeSpan.FromMilliseconds(300);
            },
            resume => resume.MaxUnacknowledgedBytes = 64 * 1024 * 1024);
        await using var proxy = new CuttingProxy(server.Url);
        WebSocketClientOptions clientOptions = server.ClientOptions();
        clientOptions.Subprotocols.Add(Subprotocol);
        WebSocketConnection client = await WebSocketConnection.ConnectAsync(new Uri(proxy.Url, "/r"), clientOptions).Soon();
        await GreetAsync(client);
        await Waits.Until(() => _ofHandlers.Count == 1, "the handler to begin");
        proxy.CutNow(CutKind.Silence);
        WebSocketConnection session = _ofHandlers[0];
        for (int i = 0; i < 24; i++) await session.SendAsync(new byte[1024 * 1024]).Soon();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        await Task.Delay(300);
        Assert.True(session.IsOpen, session.IsOpen ? "" : (await session.Closed.Soon()).Explain());
    }

    [Fact]
    public async Task First_attempt_after_a_connection_that_held_for_a_while_comes_at_once_though_one_was_lost_before()
    {
        await using TestServer server = await StartAsync();
        await using var proxy = new CuttingProxy(server.Url);
        var plans = new ConcurrentQueue<ReconnectPlan>();
        int attempts = 0;
        await using ResumableConnection resumable = await ResumableConnection.ConnectAsync(new Uri(proxy.Url, "/r"), new WebSocketReconnectOptions
        {
            EventLoops = TransportUnderTest.Loops,
            Policy = (_, _) => ++attempts == 1 ? ReconnectDecision.After(TimeSpan.Zero) : ReconnectDecision.AsAdvised,
            OnEnded = plans.Enqueue,
        }).Soon();
        var resumed = new TaskCompletionSource();
        resumable.Resumed += (_, _) => resumed.TrySetResult();
        // Lost at once, and back.
        proxy.CutNow();
        await resumed.Task.Soon();
        await Task.Delay(TimeSpan.FromSeconds(5.2));
        proxy.CutNow();
        await Waits.Until(() => plans.Count == 2, "the second loss");
        ReconnectPlan second = plans.Last();
        Assert.True(second.Last.Elapsed >= TimeSpan.FromSeconds(5));
        Assert.InRange(second.Delay!.Value, TimeSpan.Zero, TimeSpan.FromMilliseconds(250));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Host_that_stops_waits_for_what_a_handler_does_at_its_end(bool away)
    {
        TestServer server = await StartAsync();
        WebSocketConnection client = await HelloAsync(server, "/late");
        if (away)
        {
            client.Abort();
            await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        }
        else
        {
            _ = client.DiscardAllAsync();
        }

        await server.StopAsync().Soon();
        bool saved = _handler.Contains("saved");
        await server.DisposeAsync();
        Assert.True(saved);
    }

    [Fact]
    public async Task Host_that_stops_waits_for_what_a_handler_of_a_plain_endpoint_does_at_its_end()
    {
        TestServer server = await StartAsync();
        WebSocketConnection client = await server.ConnectAsync(path: "/plainlate");
        await Waits.Until(() => _handler.Contains("begun"), "the handler");
        _ = client.DiscardAllAsync();
        await server.StopAsync().Soon();
        bool saved = _handler.Contains("saved");
        await server.DisposeAsync();
        Assert.True(saved);
    }

    [Fact]
    public async Task Connection_that_was_told_of_an_end_is_on_the_roster_as_itself()
    {
        await using TestServer server = await StartAsync();
        WebSocketConnection client = await HelloAsync(server);
        client.Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        await using RawPeer peer = await server.RawAsync("/r", $"Sec-WebSocket-Protocol: {Subprotocol}");
        // Counts otherwise: the session is lost.
        await peer.SendTextAsync($$"""!{"resume":"{{Token}}","got":99,"acked":0,"sent":0}""");
        Assert.StartsWith("!{\"lost\"", (await peer.ReadFrameAsync()).Text, StringComparison.Ordinal);
        // It does not answer the close yet.
        OpenConnection entry = Assert.Single(server.Services.GetRequiredService<WebSocketRoster>());
        Assert.Equal(entry.Id, entry.Connection.Id);
    }

    [Theory]
    [InlineData("/blocks", false)]
    [InlineData("/awaits", true)]
    [InlineData("/blocks", true)]
    public async Task Stream_that_is_disposed_of_without_await_waits_for_room_and_not_for_itself(string path, bool session)
    {
        await using TestServer server = await StartAsync(resume: resume => resume.MaxUnacknowledgedMessages = 1);
        WebSocketConnection client;
        if (session)
        {
            client = await HelloAsync(server, path);
            // Its reader waits by then, and goes on where the message comes.
            await Task.Delay(300);
            await client.SendAsync("=go");
        }
        else
        {
            client = await server.ConnectAsync(path: path);
            await Task.Delay(300);
            await client.SendAsync("go");
        }

        int got = 0;
        for (int i = 1; i <= 10 && got < 3; i++)
        {
            Task<WebSocketMessage?> next = client.ReceiveAsync().AsTask();
            if (await Task.WhenAny(next, Task.Delay(5000)) != next) break;
            if ((await next)?.GetText().StartsWith('+') == true) continue;
            got++;
            if (session) await client.SendAsync($"+{got}");
        }

        client.Abort();
        Assert.Equal(3, got);
    }

    [Fact]
    public async Task Session_without_a_connection_keeps_nothing_of_the_last()
    {
        await using TestServer server = await StartAsync();
        WeakReference last = await LoseAsync(server);
        for (int i = 0; i < 20 && last.IsAlive; i++)
        {
            // Whoever reads many sockets may remember the last one until the next.
            (await server.ConnectAsync()).Abort();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(50);
        }

        Assert.False(_ofHandlers[0].Closed.IsCompleted);
        Assert.False(last.IsAlive);
    }

    private static Task<ResumableConnection> ConnectWithPolicyThatThrowsAsync(CuttingProxy proxy) =>
        ResumableConnection.ConnectAsync(new Uri(proxy.Url, "/r"), new WebSocketReconnectOptions
        {
            EventLoops = TransportUnderTest.Loops,
            CloseTimeout = TimeSpan.FromMilliseconds(500),
            Policy = (_, _) => throw new InvalidOperationException("a policy's own trouble"),
        }).Soon();

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private async Task<WeakReference> LoseAsync(TestServer server)
    {
        WebSocketConnection client = await HelloAsync(server);
        // Lost twice: the second connection is not the one that the handler's request came over.
        client.Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        client = await ResumeAsync(server, got: 0, sent: 0);
        await NextAsync(client);
        WeakReference last = Weak(server);
        client.Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        return last;
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Weak(TestServer server) => new(server.Services.GetRequiredService<WebSocketRoster>().Single().Carrier.Driver);

    private volatile bool _needsPass;

    private Task<TestServer> StartAsync(Action<WebSocketEndpointOptions>? endpoint = null, Action<WebSocketResumeOptions>? resume = null,
        Action<WebSocketDrainOptions>? drain = null) => TestServer.StartAsync(
        Carrier.Http1,
        TestServer.EchoAsync,
        build: builder =>
        {
            builder.Services.AddSingleton<IDataProtectionProvider>(_protector);
            builder.Services.Configure<WebSocketDrainOptions>(options => drain?.Invoke(options));
        },
        map: app =>
        {
            app.Use((context, next) =>
            {
                if (!_needsPass || context.Request.Headers["X-Pass"] == "new") return next(context);
                context.Response.StatusCode = 401;
                return Task.CompletedTask;
            });
            app.MapWebSocket("/r", async connection =>
            {
                lock (_ofHandlers) _ofHandlers.Add(connection);
                await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
            }, endpoint).WithResume(resume ?? (_ => { }));
            app.MapWebSocket("/credentials", async (WebSocketConnection connection, WebSocketCredentials credentials) =>
            {
                await foreach (WebSocketMessage _ in connection.ReadAllAsync())
                {
                    bool renewed = await credentials.RenewAsync(new ClaimsPrincipal(new ClaimsIdentity("test")), DateTimeOffset.UtcNow.AddHours(1));
                    await connection.SendAsync(renewed.ToString());
                }
            }).WithResume();
            app.MapWebSocket("/blocks", async connection =>
            {
                await foreach (WebSocketMessage _ in connection.ReadAllAsync())
                {
                    for (int i = 0; i < 3; i++)
                    {
                        using WebSocketMessageStream stream = await connection.OpenSendStreamAsync(WebSocketMessageKind.Text);
                        stream.Write("x"u8);
                    }
                }
            }).WithResume(resume ?? (_ => { }));
            app.MapWebSocket("/awaits", async connection =>
            {
                await foreach (WebSocketMessage _ in connection.ReadAllAsync())
                {
                    for (int i = 0; i < 3; i++)
                    {
                        await using WebSocketMessageStream stream = await connection.OpenSendStreamAsync(WebSocketMessageKind.Text);
                        stream.Write("x"u8);
                    }
                }
            }).WithResume(resume ?? (_ => { }));
            app.MapWebSocket("/late", LateAsync).WithResume();
            app.MapWebSocket("/plainlate", LateAsync);
        });

    private async Task LateAsync(WebSocketConnection connection)
    {
        _handler.Enqueue("begun");
        await foreach (WebSocketMessage _ in connection.ReadAllAsync())
        {
        }

        await Task.Delay(700);
        _handler.Enqueue("saved");
    }

    private async Task<WebSocketConnection> HelloAsync(TestServer server, string path = "/r")
    {
        int before = _ofHandlers.Count;
        WebSocketConnection client = await OpenAsync(server, path);
        await GreetAsync(client);
        if (path == "/r") await Waits.Until(() => _ofHandlers.Count > before, "the handler to begin");
        if (path == "/late") await Waits.Until(() => _handler.Contains("begun"), "the handler to begin");
        return client;
    }

    /// <summary>Keys whose owner may take its time, as one that asks a remote vault does.</summary>
    private sealed class Protector : IDataProtectionProvider, IDataProtector
    {
        private readonly IDataProtector _inner;
        private readonly Protector _root;
        private int _holds;

        public Protector()
            : this(null, new EphemeralDataProtectionProvider().CreateProtector("root"))
        {
        }

        private Protector(Protector? root, IDataProtector inner) => (_root, _inner) = (root ?? this, inner);

        public ManualResetEventSlim IsHeld { get; } = new();

        public ManualResetEventSlim GoOn { get; } = new();

        public void HoldNext() => Volatile.Write(ref _holds, 1);

        public IDataProtector CreateProtector(string purpose) => new Protector(_root, _inner.CreateProtector(purpose));

        public byte[] Protect(byte[] plaintext)
        {
            if (Interlocked.Exchange(ref _root._holds, 0) == 1)
            {
                _root.IsHeld.Set();
                _root.GoOn.Wait(TimeSpan.FromSeconds(20));
            }

            return _inner.Protect(plaintext);
        }

        public byte[] Unprotect(byte[] protectedData) => _inner.Unprotect(protectedData);
    }
}
