using System.Text.Json.Nodes;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Serve;

/// <summary><c>cierre serve --resume node</c>, to a client that speaks <c>cierre.resume.v1</c> by hand.</summary>
public sealed class SessionOptionsTests
{
    [Fact]
    public async Task Session_has_the_terms_of_the_options_and_its_lines_have_these_members()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node", "--window", "0.5", "--resume-limit", "16:2000");
        await using RawPeer peer = await OpenAsync(serve);
        JsonNode session = await HelloAsync(peer);
        Assert.Equal((500, 16, 2000), ((int)session["windowMs"]!, (int)session["limit"]!["messages"]!, (int)session["limit"]!["bytes"]!));
        await peer.SendTextAsync("=hello");
        Assert.Equal("=hello", (await peer.ReadFrameAsync()).Text);
        await peer.DisposeAsync();

        List<JsonNode> lines = await LinesAsync(serve, 3);
        Assert.All(lines, line => Assert.Equal((string)session["session"]!, (string)line["id"]!));
        Assert.All(lines, line => Assert.Equal(["type", "id", "event", "reason", "pauseMs", "repeatedToClient", "repeatedByClient"], line.AsObject().Select(member => member.Key)));
        Assert.Equal([("opened", null), ("parked", "end-of-stream"), ("lost", "expired")], lines.Select(line => ((string?)line["event"], (string?)line["reason"])));
    }

    [Fact]
    public async Task Client_that_comes_back_is_told_what_is_repeated()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node");
        await using RawPeer first = await OpenAsync(serve);
        string token = (string)(await HelloAsync(first))["token"]!;
        await first.SendTextAsync("=1");
        await first.ReadFrameAsync();
        await first.DisposeAsync();
        await LinesAsync(serve, 2);
        // It has not got the echo, and says that it has sent one more message.
        await using RawPeer second = await OpenAsync(serve);
        await second.SendTextAsync($$"""!{"resume":"{{token}}","got":0,"acked":0,"sent":2}""");
        Assert.StartsWith("!{\"resumed\"", (await second.ReadFrameAsync()).Text, StringComparison.Ordinal);
        JsonNode resumed = (await LinesAsync(serve, 1))[0];
        Assert.Equal(("resumed", 1, 1), ((string?)resumed["event"], (int)resumed["repeatedToClient"]!, (int)resumed["repeatedByClient"]!));
        Assert.True((long)resumed["pauseMs"]! >= 0);
    }

    [Theory]
    [InlineData("/close?code=4001", "ended", "requested")]
    [InlineData("/silent", "parked", "end-of-stream")]
    public async Task Every_route_has_sessions(string path, string last, string reason)
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node");
        await using RawPeer peer = await OpenAsync(serve, path);
        await HelloAsync(peer);
        if (last == "ended")
        {
            Assert.Equal(4001, (await peer.ReadFrameAsync()).CloseCode);
            await peer.SendCloseAsync(4001);
        }

        await peer.DisposeAsync();
        JsonNode line = (await LinesAsync(serve, 2))[1];
        Assert.Equal((last, reason), ((string?)line["event"], (string?)line["reason"]));
    }

    [Fact]
    public async Task Handler_that_fails_ends_the_session_with_1011()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node");
        await using RawPeer peer = await OpenAsync(serve, "/throw");
        await HelloAsync(peer);
        await peer.SendTextAsync("=x");
        Assert.Equal(1011, (await peer.ReadFrameAsync()).CloseCode);
        await peer.SendCloseAsync(1011);
        Assert.Equal("handler-failed", (string?)(await LinesAsync(serve, 2))[1]["reason"]);
    }

    [Fact]
    public async Task Server_that_ends_has_given_up_its_sessions_and_says_so()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node");
        await using RawPeer parked = await OpenAsync(serve), open = await OpenAsync(serve);
        await HelloAsync(parked);
        await HelloAsync(open);
        await parked.DisposeAsync();
        await LinesAsync(serve, 3);
        serve.Process.Terminate();
        Assert.Equal(1001, (await open.ReadFrameAsync()).CloseCode);
        await open.SendCloseAsync(1001);
        ToolResult result = await serve.Process.EndAsync();
        Assert.Equal(0, result.ExitCode);
        // Nobody will come back to them.
        Assert.Equal([("lost", "given-up"), ("lost", "given-up")], Sessions(result.Lines).Select(line => ((string)line["event"]!, (string)line["reason"]!)));
    }

    [Fact]
    public async Task Plain_client_and_a_program_on_system_net_have_no_session()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node");
        await using RawPeer plain = await serve.ConnectAsync();
        await plain.SendTextAsync("=hello");
        Assert.Equal("=hello", (await plain.ReadFrameAsync()).Text);
        await plain.SendCloseAsync(1000);
        await plain.ReadFrameAsync();
        Assert.Equal("close", (string?)(await serve.NextCloseAsync())["type"]);
        ToolResult system = await ToolProcess.RunAsync("connect", $"{serve.Url}system", "--resume", "--json");
        Assert.Equal((3, "bad-handshake"), (system.ExitCode, (string)system.Close["cause"]!));
    }

    [Fact]
    public async Task People_read_a_line_for_each_event()
    {
        await using ToolProcess tool = ToolProcess.Start("serve", "--url", "http://127.0.0.1:0", "--resume", "node", "--window", "0.2");
        var url = new Uri((await tool.ReadLineAsync()).Split(' ')[^1]);
        await using RawPeer peer = await RawPeer.ConnectAsync(url.Host, url.Port);
        await peer.UpgradeAsync("/", "Sec-WebSocket-Protocol: cierre.resume.v1");
        string id = (string)(await HelloAsync(peer))["session"]!;
        Assert.Equal($"session {id} opened", await tool.ReadLineAsync());
        await peer.DisposeAsync();
        string[] lines = [await tool.ReadLineAsync(), await tool.ReadLineAsync(), await tool.ReadLineAsync()];
        Assert.Contains($"session {id} parked: end-of-stream", lines);
        Assert.Equal($"session {id} lost: expired", lines[2]);
        tool.Terminate();
        Assert.Equal((0, ""), ((await tool.EndAsync()) is var end ? (end.ExitCode, end.Errors) : default));
    }

    private static async Task<RawPeer> OpenAsync(ServeProcess serve, string path = "/")
    {
        RawPeer peer = await RawPeer.ConnectAsync(serve.Url.Host, serve.Url.Port);
        Assert.Contains("cierre.resume.v1", await peer.UpgradeAsync(path, "Sec-WebSocket-Protocol: cierre.resume.v1"), StringComparison.Ordinal);
        return peer;
    }

    /// <summary>What the server says of the session.</summary>
    private static async Task<JsonNode> HelloAsync(RawPeer peer)
    {
        await peer.SendTextAsync("""!{"hello":1}""");
        return JsonNode.Parse((await peer.ReadFrameAsync()).Text[1..])!;
    }

    private static async Task<List<JsonNode>> LinesAsync(ServeProcess serve, int sessions)
    {
        var lines = new List<JsonNode>();
        while (lines.Count < sessions) lines.AddRange(Sessions([await serve.NextCloseAsync()]));
        return lines;
    }

    private static IEnumerable<JsonNode> Sessions(IEnumerable<JsonNode> lines) => lines.Where(line => (string?)line["type"] == "session");
}
