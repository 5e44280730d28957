using System.Text.Json.Serialization;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>What an endpoint accepts, and what it costs to send the rest.</summary>
public partial class LimitTests
{
    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Kind_that_is_not_accepted_is_1003_by_an_ordinary_close(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, o => o.AcceptedKind = WebSocketMessageKind.Text);
        await using WebSocketConnection client = await server.ConnectAsync();
        await client.SendAsync("fine");
        Assert.Equal("fine", (await client.ReceiveAsync().Soon())!.Value.GetText());
        await client.SendAsync(new byte[10]);
        await ClosedByLimitAsync(server, client, 1003, "binary message, but only text is accepted", CloseCause.UnsupportedData);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Too_many_fragments_are_1008_by_an_ordinary_close(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, o => o.MaxFragments = 3);
        await using WebSocketConnection client = await server.ConnectAsync();
        WebSocketMessageStream message = await client.OpenSendStreamAsync(WebSocketMessageKind.Binary);
        for (int i = 0; i < 4; i++) await message.WriteAsync(new byte[10]);
        await ClosedByLimitAsync(server, client, 1008, "message has more than 3 fragments", CloseCause.PolicyViolation);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Message_over_the_limit_fails_the_connection_with_1009(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, o => o.MaxMessageSize = 1000);
        await using WebSocketConnection client = await server.ConnectAsync();
        await client.SendAsync(new byte[1000]);
        Assert.Equal(1000, (await client.ReceiveAsync().Soon())!.Value.Data.Length);
        await client.SendAsync(new byte[1001]);
        CloseRecord record = await client.Closed.Soon();
        CloseRecord theirs = await server.RecordAsync();
        Assert.Equal((1009, "message of 1001 bytes is over the limit of 1000", EndedBy.Remote), (record.Code, record.Reason, record.EndedBy));
        Assert.Equal((1006, false, 1009, EndedBy.Local, CloseCause.MessageTooBig), (theirs.Code, theirs.WasClean, theirs.Sent!.Code, theirs.EndedBy, theirs.Cause));
    }

    [Theory]
    [InlineData("{\"X\":1", WebSocketMessageKind.Text)]
    [InlineData("null", WebSocketMessageKind.Text)]
    [InlineData("{\"X\":\"a word\"}", WebSocketMessageKind.Text)]
    [InlineData("", WebSocketMessageKind.Text)]
    [InlineData("\u0001", WebSocketMessageKind.Binary)]
    public async Task Json_that_does_not_parse_is_1007_by_an_ordinary_close(string json, WebSocketMessageKind kind)
    {
        await using TestServer server = await StartTypedAsync();
        await using WebSocketConnection client = await server.ConnectAsync(path: "/typed");
        await client.SendAsync("{\"X\":41}");
        Assert.Equal(new Point(42), (await client.ReceiveAsync().Soon())!.Value.GetJson(Json.Default.Point));
        if (kind == WebSocketMessageKind.Text) await client.SendAsync(json);
        else await client.SendAsync(System.Text.Encoding.UTF8.GetBytes(json));
        await ClosedByLimitAsync(server, client, 1007, "message is not the JSON that is expected here", CloseCause.InvalidData);
    }

    [Fact]
    public async Task Record_keeps_where_the_json_went_wrong()
    {
        await using TestServer server = await StartTypedAsync();
        await using WebSocketConnection client = await server.ConnectAsync(path: "/typed");
        await client.SendAsync("{\"X\":41}");
        await client.SendAsync("{\"X\":\"a word\"}");
        await client.Closed.Soon();
        Assert.Equal("$.X", Assert.IsType<System.Text.Json.JsonException>((await server.RecordAsync()).Exception).Path);
    }

    [Fact]
    public async Task Typed_handler_that_throws_is_1011()
    {
        await using TestServer server = await StartTypedAsync();
        await using WebSocketConnection client = await server.ConnectAsync(path: "/typed");
        await client.SendJsonAsync(new Point(-1), Json.Default.Point);
        CloseRecord record = await client.Closed.Soon();
        Assert.Equal((1011, "the handler failed", true), (record.Code, record.Reason, record.WasClean));
        Assert.Equal("negative", (await server.RecordAsync()).Exception!.Message);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Frame_of_2_to_the_62_bytes_is_refused_from_its_header_and_costs_no_memory(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        await using RawPeer peer = await server.RawAsync();
        // Without its masking key: the length alone tells.
        await peer.SendAsync((byte[])[0x82, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0]);
        long begun = TimeProvider.System.GetTimestamp();
        RawFrame frame = await peer.ReadFrameAsync();
        Assert.Equal((1009, "message of 4611686018427387904 bytes is over the limit of 1048576"), (frame.CloseCode, frame.CloseReason));
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds, 0, 500);
        await peer.DisposeAsync();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, false, 1009, CloseCause.MessageTooBig), (record.Code, record.WasClean, record.Sent!.Code, record.Cause));
    }

    private static async Task ClosedByLimitAsync(TestServer server, WebSocketConnection client, int code, string reason, CloseCause cause)
    {
        CloseRecord record = await client.Closed.Soon();
        CloseRecord theirs = await server.RecordAsync();
        Assert.Equal((code, reason, true, EndedBy.Remote), (record.Code, record.Reason, record.WasClean, record.EndedBy));
        Assert.Equal((code, true, EndedBy.Local, cause), (theirs.Code, theirs.WasClean, theirs.EndedBy, theirs.Cause));
    }

    private static async Task<TestServer> StartTypedAsync()
    {
        TestServer? server = null;
        server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app => app.MapWebSocket(
            "/typed",
            async (WebSocketConnection connection, Point point, CancellationToken token) =>
            {
                if (point.X is 41 or < 0) server!.Keep(connection);
                if (point.X < 0) throw new InvalidOperationException("negative");
                await connection.SendJsonAsync(new Point(point.X + 1), Json.Default.Point, token);
            },
            Json.Default.Point));
        return server;
    }

    internal sealed record Point(int X);

    [JsonSerializable(typeof(Point))]
    internal sealed partial class Json : JsonSerializerContext;
}
