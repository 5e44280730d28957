using System.IO.Pipelines;
using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>A delegate's parameters are bound before the handshake is answered: what is wrong with the request is 400, what is wrong with the delegate keeps the host from starting.</summary>
public sealed class DelegateTests
{
    /// <summary>Each answers with what it was given.</summary>
    private static readonly Dictionary<string, Delegate> Handlers = new()
    {
        ["/number"] = (int page, WebSocketConnection connection) => SayAsync(connection, page),
        ["/text"] = (string name, WebSocketConnection connection) => SayAsync(connection, name),
        ["/header"] = ([FromHeader(Name = "X-Tenant")] int tenant, WebSocketConnection connection) => SayAsync(connection, tenant),
        ["/route/{id}"] = (Guid id, WebSocketConnection connection) => SayAsync(connection, id),
        ["/kind"] = (WebSocketMessageKind kind, WebSocketConnection connection) => SayAsync(connection, kind),
        ["/many"] = (int[] ids, WebSocketConnection connection) => SayAsync(connection, string.Join('+', ids)),
        ["/parsed"] = (Point at, WebSocketConnection connection) => SayAsync(connection, at),
        ["/bound"] = (Tenant tenant, WebSocketConnection connection) => SayAsync(connection, tenant.Name),
        ["/parts"] = ([AsParameters] Parts parts) => SayAsync(parts.Connection, $"{parts.Page} {parts.Word.Text}"),
        ["/optional"] = (int? page, string? name, WebSocketConnection connection, int size = 10) => SayAsync(connection, $"{page} {name} {size}"),
        ["/services"] = ([FromServices] Word word, [FromKeyedServices("second")] Word second, OfConnection of, [FromServices] Missing? missing, WebSocketConnection connection) =>
            SayAsync(connection, $"{word.Text} {second.Text} {ReferenceEquals(of.Connection, connection)} {missing is null}"),
        ["/request"] = (HttpContext context, HttpRequest request, ClaimsPrincipal user, WebSocketCredentials credentials, WebSocketConnection connection) =>
            SayAsync(connection, $"{request.Path} {ReferenceEquals(context.User, user)} {ReferenceEquals(credentials.User, user)}"),
        ["/value-task"] = ValueTask (int page, WebSocketConnection connection) => connection.SendAsync($"{page}"),
        ["/nothing"] = void (int page) => { },
    };

    [Theory]
    [InlineData("/number", "?page=7", "7")]
    [InlineData("/number", "", null)]
    [InlineData("/number", "?page=", null)]
    [InlineData("/number", "?page=seven", null)]
    [InlineData("/number", "?page=99999999999", null)]
    [InlineData("/text", "?name=", "")]
    [InlineData("/text", "", null)]
    [InlineData("/header", "", "3", "3")]
    [InlineData("/header", "", null)]
    [InlineData("/header", "", null, "three")]
    [InlineData("/route/d0f4f4ce-0f43-4a3c-a0d4-0f6a3a0a4b0e", "", "d0f4f4ce-0f43-4a3c-a0d4-0f6a3a0a4b0e")]
    [InlineData("/route/7", "", null)]
    [InlineData("/kind", "?kind=Binary", "Binary")]
    [InlineData("/kind", "?kind=picture", null)]
    [InlineData("/many", "?ids=1&ids=2", "1+2")]
    [InlineData("/many", "?ids=1&ids=x", null)]
    [InlineData("/parsed", "?at=1,2", "1,2")]
    [InlineData("/parsed", "?at=1", null)]
    [InlineData("/bound", "?tenant=acme", "acme")]
    [InlineData("/bound", "", null)]
    [InlineData("/parts", "?page=7", "7 one")]
    [InlineData("/parts", "?page=x", null)]
    [InlineData("/parts", "", null)]
    [InlineData("/optional", "", "  10")]
    [InlineData("/optional", "?page=1&name=a&size=2", "1 a 2")]
    [InlineData("/optional", "?page=x", null)]
    [InlineData("/services", "", "one two True True")]
    [InlineData("/request", "", "/request True True")]
    [InlineData("/value-task", "?page=7", "7")]
    [InlineData("/value-task", "", null)]
    [InlineData("/nothing", "", null)]
    public async Task Request_is_bound_as_minimal_APIs_bind_it_or_answered_400_without_a_handler_or_an_error(string path, string query, string? said, string? tenant = null)
    {
        var log = new LogSink(LogLevel.Error);
        await using TestServer server = await StartAsync(Carrier.Http1, log);
        WebSocketClientOptions options = server.ClientOptions();
        if (tenant is not null) options.Headers.Add(new("X-Tenant", tenant));
        if (said is null)
        {
            CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(options, path + query))).Record;
            Assert.Equal(400, (int)refused.HttpStatus!);
            Assert.Contains("A value that the endpoint needs is missing", refused.Detail, StringComparison.Ordinal);
            // Its place is free again, and nothing is left of it.
            Assert.Empty(server.Connections);
            await (await server.ConnectAsync(path: "/number?page=1")).DisposeAsync();
        }
        else
        {
            await using WebSocketConnection client = await server.ConnectAsync(options, path + query);
            Assert.Equal(said, (await client.ReceiveAsync().Soon())!.Value.GetText());
            Assert.Equal((1000, true), await client.Closed.Soon() is { } record ? (record.Code, record.WasClean) : default);
        }

        Assert.Empty(log.Lines);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Every_carrier_answers_400_and_opens_what_is_right(Carrier carrier)
    {
        await using TestServer server = await StartAsync(carrier);
        Assert.Equal(400, (int)(await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/number"))).Record.HttpStatus!);
        await using WebSocketConnection client = await server.ConnectAsync(path: "/number?page=7");
        Assert.Equal("7", (await client.ReceiveAsync().Soon())!.Value.GetText());
    }

    [Fact]
    public async Task Development_tells_what_minimal_APIs_tell()
    {
        await using TestServer server = await StartAsync(Carrier.Http1, environment: "Development", map: app => app.MapGet("/page", (int page) => page));
        using HttpResponseMessage page = await server.SendAsync(new HttpRequestMessage(HttpMethod.Get, server.HttpUrl("/page")));
        string detail = (await page.Content.ReadAsStringAsync().Soon()).Split('\n')[0];
        Assert.Contains("Required parameter \"int page\" was not provided from query string.", detail, StringComparison.Ordinal);
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/number"))).Record;
        Assert.Equal((int)page.StatusCode, (int)refused.HttpStatus!);
        Assert.StartsWith(detail.TrimEnd(), System.Text.Encoding.UTF8.GetString(refused.HttpRefusal!.Body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Binding_that_throws_is_500_as_everywhere_and_opens_nothing()
    {
        await using TestServer server = await StartAsync(Carrier.Http1, build: builder => builder.Services.AddScoped<NeedsMissing>(), map: app => app.MapWebSocket("/broken", (NeedsMissing broken, WebSocketConnection connection) => SayAsync(connection, broken)));
        Assert.Equal(500, (int)(await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/broken"))).Record.HttpStatus!);
        Assert.Empty(server.Connections);
    }

    /// <summary>Whoever handles the exception goes on with the request as it was.</summary>
    [Theory]
    [InlineData("/at-once")]
    [InlineData("/service")]
    [InlineData("/later")]
    [InlineData("/filter")]
    [InlineData("/missing")]
    public async Task Request_whose_binding_fails_however_it_does_has_its_own_token_again(string path)
    {
        var seen = new TaskCompletionSource<(bool IsOwn, bool Failed)>();
        await using TestServer server = await StartAsync(Carrier.Http1, build: builder => builder.Services.AddScoped<NeedsMissing>(), map: app =>
        {
            ((IApplicationBuilder)app).Use(async (context, next) =>
            {
                CancellationToken own = context.RequestAborted;
                bool failed = false;
                try
                {
                    await next(context);
                }
                catch (InvalidOperationException)
                {
                    failed = true;
                    context.Response.StatusCode = 500;
                }

                if (context.Request.Path == path) seen.TrySetResult((context.RequestAborted == own, failed));
            });
            app.MapWebSocket("/at-once", (Throwing<int> value, WebSocketConnection connection) => Task.CompletedTask);
            app.MapWebSocket("/service", (NeedsMissing broken, WebSocketConnection connection) => Task.CompletedTask);
            app.MapWebSocket("/later", (Throwing<string> value, WebSocketConnection connection) => Task.CompletedTask);
            app.MapWebSocket("/filter", (WebSocketConnection connection, int? a) => Task.CompletedTask).AddEndpointFilter((_, _) => throw new InvalidOperationException("the filter's"));
            app.MapWebSocket("/missing", (WebSocketConnection connection, int a) => Task.CompletedTask);
        });
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: path + "?value=1"))).Record;
        bool isMissing = path == "/missing";
        Assert.Equal(isMissing ? 400 : 500, (int)refused.HttpStatus!);
        Assert.Equal((true, !isMissing), await seen.Task.Soon());
        Assert.Empty(server.Connections);
    }

    [Fact]
    public async Task Connection_can_be_looked_at_and_not_used_before_it_opens()
    {
        await using TestServer server = await StartAsync(Carrier.Http1, map: app => app.MapWebSocket("/early", (WebSocketConnection connection, int a) => SayAsync(connection, $"open {a}")).AddEndpointFilter(async (context, next) =>
        {
            WebSocketConnection early = context.GetArgument<WebSocketConnection>(0);
            Assert.EndsWith("/early?a=1", early.Url!.AbsoluteUri, StringComparison.Ordinal);
            Assert.Contains("not open yet", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await early.SendAsync("early"))).Message, StringComparison.Ordinal);
            Assert.Contains("not open yet", Assert.Throws<InvalidOperationException>(() => early.IsOpen).Message, StringComparison.Ordinal);
            return await next(context);
        }));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/early?a=1");
        Assert.Equal("open 1", (await client.ReceiveAsync().Soon())!.Value.GetText());
    }

    [Fact]
    public async Task Token_of_a_parameter_is_that_of_the_context_and_is_cancelled_by_the_close()
    {
        var begun = new TaskCompletionSource();
        var seen = new TaskCompletionSource<(bool Same, bool Early, bool Late)>();
        await using TestServer server = await StartAsync(Carrier.Http1, map: app => app.MapWebSocket("/wait", async (CancellationToken token, HttpContext context) =>
        {
            (bool same, bool early) = (token == context.RequestAborted, token.IsCancellationRequested);
            begun.SetResult();
            await Task.WhenAny(Task.Delay(Timeout.Infinite, token));
            seen.SetResult((same, early, token.IsCancellationRequested));
        }));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/wait");
        await begun.Task.Soon();
        await client.CloseAsync().Soon();
        Assert.Equal((true, false, true), await seen.Task.Soon());
    }

    [Fact]
    public async Task Receive_with_the_token_of_a_parameter_hands_out_what_had_come_and_then_the_end()
    {
        var seen = new TaskCompletionSource<(string?, bool, int)>();
        await using TestServer server = await StartAsync(Carrier.Http1, map: app => app.MapWebSocket("/read", ReadAsync));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/read");
        await client.SendAsync("before the end");
        await client.CloseAsync(4001).Soon();
        Assert.Equal(("before the end", true, 4001), await seen.Task.Soon());

        async Task ReadAsync(WebSocketConnection connection, CancellationToken token)
        {
            try
            {
                await Task.WhenAny(Task.Delay(Timeout.Infinite, token));
                string? text = (await connection.ReceiveAsync(token))?.GetText();
                seen.SetResult((text, await connection.ReceiveAsync(token) is null, (await connection.DiscardAllAsync(token)).Code));
            }
            catch (Exception e)
            {
                seen.SetException(e);
            }
        }
    }

    public static TheoryData<string, Delegate> Impossible => new()
    {
        { "String", (WebSocketConnection connection) => "value" },
        { "Int32", (WebSocketConnection connection) => 7 },
        { "Task<Int32>", (WebSocketConnection connection) => Task.FromResult(7) },
        { "ValueTask<String>", (WebSocketConnection connection) => ValueTask.FromResult("value") },
        { "IResult", (WebSocketConnection connection) => Results.NotFound() },
        { "Task<CloseRecord>", (WebSocketConnection connection) => connection.CloseAsync() },
        { "IAsyncEnumerable<Int32>", (WebSocketConnection connection) => AsyncEnumerable.Range(0, 3) },
        { "async and returns void", AsyncVoid },
        { "Missing missing is a service that is not registered", ([FromServices] Missing missing) => Task.CompletedTask },
        { "Word word is a service that is not registered", ([FromKeyedServices("third")] Word word) => Task.CompletedTask },
        { "Missing Missing is a service that is not registered", ([AsParameters] PartsWithMissing parts) => Task.CompletedTask },
        { "registered service", (Missing missing) => Task.CompletedTask },
        { "Missing missing is read from the body", ([FromBody] Missing missing) => Task.CompletedTask },
        { "String text is read from the body", ([FromForm] string text) => Task.CompletedTask },
        { "Stream body is read from the body", (Stream body) => Task.CompletedTask },
        { "PipeReader body is read from the body", (PipeReader body) => Task.CompletedTask },
        { "IFormFile file is read from the body", (IFormFile file) => Task.CompletedTask },
        { "IFormCollection form is read from the body", (IFormCollection form) => Task.CompletedTask },
        { "Stream Body is read from the body", ([AsParameters] PartsWithBody parts) => Task.CompletedTask },
        { "cannot be bound", Takes },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public async Task Delegate_that_could_never_work_is_refused_where_it_is_mapped(string what, Delegate handler)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        AddServices(builder.Services);
        builder.Services.AddCierre();
        builder.WebHost.UseTransportUnderTest();
        await using WebApplication app = builder.Build();
        InvalidOperationException wrong = Assert.Throws<InvalidOperationException>(() => app.MapWebSocket("/wrong", handler));
        Assert.StartsWith("MapWebSocket(\"/wrong\") cannot take this handler: ", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(what, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_value_that_the_pattern_does_not_have_fails_the_start()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddCierre();
        builder.WebHost.UseTransportUnderTest();
        await using WebApplication app = builder.Build();
        app.MapGroup("/rooms/{room}").MapWebSocket("/{id}", ([FromRoute] string room, [FromRoute] string id, [FromRoute] string user) => Task.CompletedTask);
        InvalidOperationException wrong = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("'user' is not a route parameter", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Filters_run_with_the_values_before_the_answer_and_what_one_returns_instead_is_the_answer(Carrier carrier)
    {
        List<string> order = [];
        await using TestServer server = await StartAsync(carrier, map: app =>
        {
            app.MapGroup("/filtered").AddEndpointFilter(Note("group")).MapWebSocket("/{id}", async (int id, WebSocketConnection connection) =>
            {
                lock (order) order.Add($"handler {id}");
                await SayAsync(connection, id);
            }).AddEndpointFilter(Note("first")).AddEndpointFilter(Note("second")).AddEndpointFilter(async (context, next) =>
                context.GetArgument<int>(0) == 418 ? Results.Text("a teapot", statusCode: 418) : await next(context));
        });
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/filtered/418"))).Record;
        Assert.Equal((418, "a teapot"), ((int)refused.HttpStatus!, System.Text.Encoding.UTF8.GetString(refused.HttpRefusal!.Body.Span)));
        Assert.Equal(["group 418 True", "first 418 True", "second 418 True", "second is over", "first is over", "group is over"], order);
        order.Clear();
        await using (WebSocketConnection client = await server.ConnectAsync(path: "/filtered/7"))
        {
            Assert.Equal("7", (await client.ReceiveAsync().Soon())!.Value.GetText());
            Assert.Equal((1000, true), await client.Closed.Soon() is { } record ? (record.Code, record.WasClean) : default);
        }

        await Waits.Until(() => server.Connections.Count == 0, "the end");
        Assert.Equal(["group 7 True", "first 7 True", "second 7 True", "handler 7", "second is over", "first is over", "group is over"], order);

        // What a filter makes of the end is no answer any more.
        Func<EndpointFilterInvocationContext, EndpointFilterDelegate, ValueTask<object?>> Note(string name) => async (context, next) =>
        {
            lock (order) order.Add($"{name} {context.GetArgument<int>(0)} {!context.HttpContext.Response.HasStarted}");
            object? result = await next(context);
            lock (order) order.Add($"{name} is over");
            return result is IStatusCodeHttpResult { StatusCode: 418 } ? result : $"the end of {name}";
        };
    }

    [Fact]
    public async Task Filter_sees_what_the_handler_throws_and_one_that_throws_before_opens_nothing()
    {
        var seen = new TaskCompletionSource<string>();
        await using TestServer server = await StartAsync(Carrier.Http1, map: app =>
        {
            app.MapWebSocket("/throws", Task (WebSocketConnection connection, int? a) => throw new InvalidOperationException("the handler's")).AddEndpointFilter(async (context, next) =>
            {
                try
                {
                    return await next(context);
                }
                catch (InvalidOperationException e)
                {
                    seen.SetResult(e.Message);
                    throw;
                }
            });
            app.MapWebSocket("/filter-throws", (WebSocketConnection connection, int? a) => Task.CompletedTask).AddEndpointFilter((_, _) => throw new InvalidOperationException("the filter's"));
        });
        await using WebSocketConnection client = await server.ConnectAsync(path: "/throws");
        Assert.Equal(1011, (await client.Closed.Soon()).Code);
        Assert.Equal("the handler's", await seen.Task.Soon());
        Assert.Equal(500, (int)(await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/filter-throws"))).Record.HttpStatus!);
    }

    [Fact]
    public async Task Handler_does_not_run_where_the_server_takes_no_further_upgrade()
    {
        int runs = 0;
        await using TestServer server = await StartAsync(
            Carrier.Http1,
            map: app => app.MapWebSocket("/one", async (WebSocketConnection connection, int? a) =>
            {
                Interlocked.Increment(ref runs);
                await connection.Closed;
            }).AddEndpointFilter(async (context, next) => await next(context) ?? "the end"),
            build: builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxConcurrentUpgradedConnections = 1));
        await using WebSocketConnection first = await server.ConnectAsync(path: "/one");
        await Waits.Until(() => Volatile.Read(ref runs) == 1, "the first handler");
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/one"))).Record;
        Assert.Equal(503, (int)refused.HttpStatus!);
        Assert.Contains("The server is at its limit of upgraded connections.", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Filter_of_a_function_runs_before_the_answer_too_and_what_it_makes_of_the_end_is_dropped()
    {
        var log = new LogSink(LogLevel.Error);
        await using TestServer server = await StartAsync(Carrier.Http1, log, map: app =>
        {
            app.MapWebSocket("/closed", TestServer.EchoAsync).AddEndpointFilter((context, next) => ValueTask.FromResult<object?>(Results.Text("closed today", statusCode: 403)));
            app.MapWebSocket("/result", connection => SayAsync(connection, "open")).AddEndpointFilter(async (context, next) =>
            {
                await next(context);
                return "the end";
            });
        });
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/closed"))).Record;
        Assert.Equal((403, "closed today"), ((int)refused.HttpStatus!, System.Text.Encoding.UTF8.GetString(refused.HttpRefusal!.Body.Span)));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/result");
        Assert.Equal("open", (await client.ReceiveAsync().Soon())!.Value.GetText());
        Assert.Equal((1000, true), await client.Closed.Soon() is { } record ? (record.Code, record.WasClean) : default);
        await server.StopAsync().Soon();
        Assert.Empty(log.Lines);
    }

    [Theory]
    [InlineData("/a")]
    [InlineData("/b")]
    [InlineData("/c")]
    public async Task Attributes_of_a_handler_count(string path)
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder =>
            {
                builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, UserByHeader>("header", null);
                builder.Services.AddAuthorization();
            },
            map: app =>
            {
                app.MapWebSocket("/a", [Authorize] (connection) => Task.CompletedTask);
                app.MapWebSocket("/b", [Authorize] (connection, _, _) => Task.CompletedTask);
                app.MapWebSocket("/c", [Authorize] (int? page, WebSocketConnection connection) => Task.CompletedTask);
            });
        Assert.Equal(401, (int)(await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: path))).Record.HttpStatus!);
        WebSocketClientOptions options = server.ClientOptions();
        options.Headers.Add(new("X-User", "ana"));
        await (await server.ConnectAsync(options, path)).DisposeAsync();
    }

    private static Task<TestServer> StartAsync(
        Carrier carrier, LogSink? log = null, string? environment = "Production", Action<WebApplication>? map = null, Action<WebApplicationBuilder>? build = null) => TestServer.StartAsync(
        carrier,
        TestServer.EchoAsync,
        build: builder =>
        {
            if (log is not null) builder.Logging.AddProvider(log);
            AddServices(builder.Services);
            build?.Invoke(builder);
        },
        map: app =>
        {
            foreach ((string pattern, Delegate handler) in Handlers) app.MapWebSocket(pattern, handler, options => options.MaxConnections = 1);
            map?.Invoke(app);
        },
        environment: environment);

    private static void AddServices(IServiceCollection services)
    {
        services.AddSingleton(new Word("one")).AddKeyedSingleton("second", new Word("two")).AddScoped<OfConnection>();
    }

    private static Task SayAsync(WebSocketConnection connection, object said) => connection.SendAsync($"{said}").AsTask();

    private static async void AsyncVoid(WebSocketConnection connection) => await connection.Closed;

    private static void Takes(ref int number) => number++;

    internal sealed record Word(string Text);

    internal sealed record Missing(string Text);

    /// <summary>A service of the request that is made of the connection.</summary>
    internal sealed record OfConnection(WebSocketConnection Connection);

    internal sealed record NeedsMissing(Missing Missing);

    /// <summary>Throws while it is bound: from a number in the call itself, from a text behind an await.</summary>
    internal sealed record Throwing<T>
    {
        public static ValueTask<Throwing<T>?> BindAsync(HttpContext context, ParameterInfo parameter) =>
            typeof(T) == typeof(int) ? throw new InvalidOperationException("at once") : LaterAsync();

        private static async ValueTask<Throwing<T>?> LaterAsync()
        {
            await Task.Yield();
            throw new InvalidOperationException("later");
        }
    }

    internal sealed record Parts(int Page, Word Word, WebSocketConnection Connection);

    internal struct PartsWithMissing
    {
        [FromServices]
        public Missing Missing { get; set; }
    }

    internal sealed record PartsWithBody(int Page, Stream Body);

    internal readonly record struct Point(int X, int Y)
    {
        public static bool TryParse(string text, out Point point)
        {
            point = default;
            if (text.Split(',') is not [var x, var y] || !int.TryParse(x, out int left) || !int.TryParse(y, out int top)) return false;
            point = new Point(left, top);
            return true;
        }

        public override string ToString() => $"{X},{Y}";
    }

    internal sealed record Tenant(string Name)
    {
        public static async ValueTask<Tenant?> BindAsync(HttpContext context, ParameterInfo parameter)
        {
            await Task.Yield();
            return context.Request.Query[parameter.Name!].ToString() is { Length: > 0 } name ? new Tenant(name) : null;
        }
    }
}
