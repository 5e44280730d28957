using System.Text.Json.Nodes;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Gateway;

public sealed class GatewayCommandTests
{
    [Fact]
    public async Task Connection_passes_and_both_ends_are_reported()
    {
        await using ServeProcess upstream = await ServeProcess.StartAsync();
        await using ServeProcess gateway = await ServeProcess.StartCommandAsync("gateway", "--to", $"ws://127.0.0.1:{upstream.Url.Port}");
        ToolResult result = await ToolProcess.RunAsync("connect", $"ws://127.0.0.1:{gateway.Url.Port}/", "--send", "hello", "--close", "4001:bye", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("hello", (string)result.Lines[1]["data"]!);
        JsonNode close = await gateway.NextCloseAsync();
        Assert.Equal(("close", 4001, "peer-closed", "bye"), ((string)close["type"]!, (int)close["code"]!, (string)close["cause"]!, (string)close["reason"]!));
        Assert.Equal((4001, "requested"), ((int)close["upstream"]!["code"]!, (string)close["upstream"]!["cause"]!));
        Assert.Equal((4001, "bye"), ((int)(await upstream.NextCloseAsync())["code"]!, (string)close["upstream"]!["sent"]!["reason"]!));
    }

    [Fact]
    public async Task Path_and_query_reach_the_upstream_and_its_close_the_client()
    {
        await using ServeProcess upstream = await ServeProcess.StartAsync();
        await using ServeProcess gateway = await ServeProcess.StartCommandAsync("gateway", "--to", $"ws://127.0.0.1:{upstream.Url.Port}/");
        await using RawPeer client = await gateway.ConnectAsync("/close?code=3003&reason=no");
        RawFrame close = await client.ReadFrameAsync();
        Assert.Equal((3003, "no"), (close.CloseCode, close.CloseReason));
    }

    [Fact]
    public async Task Upstream_that_is_killed_in_the_middle_of_a_message_is_1014_and_no_half_message()
    {
        await using ServeProcess upstream = await ServeProcess.StartAsync();
        await using ServeProcess gateway = await ServeProcess.StartCommandAsync("gateway", "--to", $"ws://127.0.0.1:{upstream.Url.Port}/");
        await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(new Uri($"ws://127.0.0.1:{gateway.Url.Port}/"));
        await client.SendAsync("whole");
        Assert.Equal("whole", (await client.ReceiveAsync())!.Value.GetText());
        WebSocketMessageStream half = await client.OpenSendStreamAsync(WebSocketMessageKind.Text);
        await half.WriteAsync("half"u8.ToArray());
        using (var process = System.Diagnostics.Process.GetProcessById(upstream.Process.Id)) process.Kill();
        Assert.Null(await client.ReceiveAsync().AsTask().WaitAsync(ToolProcess.Bound));
        CloseRecord record = await client.Closed.WaitAsync(ToolProcess.Bound);
        Assert.Equal((1014, "the connection to the upstream was lost", true), (record.Code, record.Reason, record.WasClean));
        JsonNode close = await gateway.NextCloseAsync();
        Assert.Equal(("upstream-failed", 1006), ((string)close["cause"]!, (int)close["upstream"]!["code"]!));
    }

    [Fact]
    public async Task Upstream_that_is_not_there_is_1014()
    {
        await using ServeProcess gateway = await ServeProcess.StartCommandAsync("gateway", "--to", "ws://127.0.0.1:1/");
        ToolResult result = await ToolProcess.RunAsync("connect", $"ws://127.0.0.1:{gateway.Url.Port}/", "--json");
        Assert.Equal((1014, true), ((int)result.Close["code"]!, (bool)result.Close["wasClean"]!));
        JsonNode close = await gateway.NextCloseAsync();
        Assert.Equal(("upstream-failed", "connection-refused"), ((string)close["cause"]!, (string)close["upstream"]!["cause"]!));
    }
}
