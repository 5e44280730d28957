using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>JSON of the peer's that does not parse is the peer's fault, 1007, in every form of handler; the application's own JSON is not.</summary>
public sealed partial class UnreadableJsonTests
{
    private static readonly Dictionary<string, Action<WebApplication>> Forms = new()
    {
        ["a function"] = app => app.MapWebSocket("/json", async connection =>
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendJsonAsync(message.GetJson(ShapesJson.Default.Point)!, ShapesJson.Default.Point);
        }),
        ["a function with a token"] = app => app.MapWebSocket("/json", async (connection, _, token) =>
        {
            while (await connection.ReceiveAsync(token) is { } message) await connection.SendJsonAsync(message.GetJson(ShapesJson.Default.Point)!, ShapesJson.Default.Point);
        }),
        ["a delegate"] = app => app.MapWebSocket("/json", async (WebSocketConnection connection, string? name) =>
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendJsonAsync(message.GetJson(ShapesJson.Default.Point)!, ShapesJson.Default.Point);
        }),
        ["values"] = app => app.MapWebSocket("/json", async (connection, point, _) => await connection.SendJsonAsync(point, ShapesJson.Default.Point), ShapesJson.Default.Point),
    };

    public static TheoryData<string, string> Cases => [.. Forms.Keys.SelectMany(_ => new[] { "{\"X\":1", "{\"X\":\"a word\"}", "", "hello" }, (form, json) => (form, json))];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Json_of_the_peer_that_does_not_parse_is_1007_by_an_ordinary_close_and_no_error(string form, string json)
    {
        var log = new LogSink(LogLevel.Error);
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, build: builder => builder.Logging.AddProvider(log), map: Forms[form]);
        await using WebSocketConnection client = await server.ConnectAsync(path: "/json");
        await client.SendAsync("{\"X\":41}");
        Assert.Equal(new Point(41), (await client.ReceiveAsync().Soon())!.Value.GetJson(ShapesJson.Default.Point));
        await client.SendAsync(json);
        CloseRecord record = await client.Closed.Soon();
        Assert.Equal((1007, "message is not the JSON that is expected here", true), (record.Code, record.Reason, record.WasClean));
        await Waits.Until(() => server.Connections.Count == 0, "the end");
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task Record_says_invalid_data_and_keeps_the_place()
    {
        var ended = new TaskCompletionSource<CloseRecord>();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, ReadAsync, options => options.OnClosed = (_, record) => ended.SetResult(record));
        await using WebSocketConnection client = await server.ConnectAsync();
        await client.SendAsync("{\"X\":\"a word\"}");
        CloseRecord ours = await ended.Task.Soon();
        Assert.Equal((1007, true, EndedBy.Local, CloseCause.InvalidData), (ours.Code, ours.WasClean, ours.EndedBy, ours.Cause));
        Assert.Equal("$.X", Assert.IsType<JsonException>(ours.Exception).Path);
    }

    public static TheoryData<string, Func<WebSocketConnection, Task>> Own => new()
    {
        { "the application's own JSON", async connection => JsonSerializer.Deserialize((await connection.ReceiveAsync())!.Value.Data.Span, ShapesJson.Default.Point) },
        { "an exception thrown by hand", _ => throw new JsonException("a rule of the application's") },
        { "an exception around it", async connection =>
        {
            try
            {
                await ReadAsync(connection);
            }
            catch (JsonException e)
            {
                throw new InvalidOperationException("the order cannot be read", e);
            }
        }
        },
        { "what cannot be written", async connection =>
        {
            await connection.ReceiveAsync();
            var ring = new Ring();
            ring.Next = ring;
            await connection.SendJsonAsync(ring, ShapesJson.Default.Ring);
        }
        },
        { "a message of another connection", async connection =>
        {
            await connection.ReceiveAsync();
            (WebSocketConnection one, WebSocketConnection other) = WebSocketConnection.CreatePair();
            await using (one)
            await using (other)
            {
                await other.SendAsync("no JSON");
                await ReadAsync(one);
            }
        }
        },
        { "a stream that the application reads", async connection => await JsonSerializer.DeserializeAsync((await connection.ReceiveStreamAsync())!, ShapesJson.Default.Point) },
    };

    [Theory]
    [MemberData(nameof(Own))]
    public async Task Other_json_that_fails_is_the_handler_s_failure(string what, Func<WebSocketConnection, Task> handler)
    {
        Assert.NotEmpty(what);
        var ended = new TaskCompletionSource<CloseRecord>();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, handler, options => options.OnClosed = (_, record) => ended.SetResult(record));
        await using WebSocketConnection client = await server.ConnectAsync();
        // One that fails without reading may be faster.
        await Record.ExceptionAsync(async () => await client.SendAsync("hello"));
        Assert.Equal((1011, "the handler failed"), await client.Closed.Soon() is { } record ? (record.Code, record.Reason) : default);
        Assert.Equal(CloseCause.HandlerFailed, (await ended.Task.Soon()).Cause);
    }

    [Fact]
    public async Task Handler_that_catches_it_goes_on()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, async connection =>
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync())
            {
                try
                {
                    message.GetJson(ShapesJson.Default.Point);
                }
                catch (JsonException)
                {
                    await connection.SendAsync("again, please");
                }
            }
        });
        await using WebSocketConnection client = await server.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync("hello");
            Assert.Equal("again, please", (await client.ReceiveAsync().Soon())!.Value.GetText());
        }

        Assert.Equal((1000, true), await client.CloseAsync().Soon() is { } record ? (record.Code, record.WasClean) : default);
    }

    private static async Task ReadAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync()) message.GetJson(ShapesJson.Default.Point);
    }

    internal sealed record Point(int X);

    internal sealed class Ring
    {
        public Ring? Next { get; set; }
    }

    [JsonSerializable(typeof(Point))]
    [JsonSerializable(typeof(Ring))]
    internal sealed partial class ShapesJson : JsonSerializerContext;
}
