using System.Text.Json.Nodes;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Connect;

/// <summary><c>cierre connect</c> against a peer made of bytes: what it prints, and in which order.</summary>
public sealed class ConnectToRawServerTests
{
    [Fact]
    public async Task Violation_is_an_error_and_then_the_close()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("first");
            await peer.SendFrameAsync(1, "x"u8.ToArray(), rsv: 4);
            RawFrame close = await peer.ReadFrameAsync();
            Assert.Equal((8, 1002), (close.Opcode, close.CloseCode));
        });
        ToolResult result = await ToolProcess.RunAsync("connect", $"{server.Url}", "--json");
        Assert.Equal(["open", "message", "error", "close"], result.Types);
        Assert.Equal((1006, "local", "protocol-violation"), Facts(result.Close));
        Assert.Equal(1002, (int)result.Close["sent"]!["code"]!);
        Assert.Null(result.Close["received"]);
        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public async Task Lost_connection_is_an_error_and_then_the_close()
    {
        await using RawServer server = RawServer.Start(peer => peer.HalfCloseAsync());
        ToolResult result = await ToolProcess.RunAsync("connect", $"{server.Url}", "--json");
        Assert.Equal(["open", "error", "close"], result.Types);
        Assert.Equal((1006, "network", "end-of-stream"), Facts(result.Close));
        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public async Task Empty_close_frame_is_1005_and_no_error()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendFrameAsync(8);
            await peer.ReadFrameAsync();
        });
        ToolResult result = await ToolProcess.RunAsync("connect", $"{server.Url}", "--json");
        Assert.Equal(["open", "close"], result.Types);
        Assert.Equal((1005, "remote", "peer-closed"), Facts(result.Close));
        Assert.Equal("""{"code":1005,"reason":""}""", result.Close["received"]!.ToJsonString());
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Texts_go_first_then_files_and_the_headers_are_ours()
    {
        var came = new List<(int, string)>();
        string head = "";
        await using RawServer server = RawServer.Start(
            async peer =>
            {
                head = peer.Head;
                await peer.SwitchProtocolsAsync("Sec-WebSocket-Protocol: chat");
                for (RawFrame frame; (frame = await peer.ReadFrameAsync()).Opcode != 8;) came.Add((frame.Opcode, frame.Text));
                await peer.SendCloseAsync(1000);
            },
            switchProtocols: false);
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "file");
        ToolResult result = await ToolProcess.RunAsync(
            "connect", $"{server.Url}", "--send-file", file, "--send", "@text", "--send", "", "--expect", "0", "--protocol", "news", "--protocol", "chat", "--header", "X-One: 1", "--header", "X-Two:2", "--json");
        File.Delete(file);
        Assert.Equal([(1, "@text"), (1, ""), (2, "file")], came);
        Assert.Contains("\r\nX-One: 1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Two: 2\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nSec-WebSocket-Protocol: news, chat\r\n", head, StringComparison.Ordinal);
        Assert.Equal("chat", (string?)result.Lines[0]["protocol"]);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task What_the_peer_wrote_cannot_reach_the_terminal()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("\e[2J\u202Egone");
            await peer.SendCloseAsync(4000, "\e]0;title\a");
            await peer.ReadFrameAsync();
        });
        ToolResult result = await ToolProcess.RunAsync("connect", $"{server.Url}");
        Assert.DoesNotContain(result.Output, c => char.IsControl(c) && c != '\n');
        Assert.Contains(@"< \u{001B}[2J\u{202E}gone", result.Output, StringComparison.Ordinal);
        Assert.Contains(@"\u{001B}]0;title\u{0007}", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_of_json_hold_no_raw_control_characters()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("\e[2J\u009b\u007f<é>");
            await peer.SendCloseAsync(1000);
            await peer.ReadFrameAsync();
        });
        ToolResult result = await ToolProcess.RunAsync("connect", $"{server.Url}", "--json");
        Assert.DoesNotContain(result.Output, c => char.IsControl(c) && c != '\n');
        Assert.Contains("<é>", result.Output, StringComparison.Ordinal);
        Assert.Equal("\e[2J\u009b\u007f<é>", (string?)result.Lines[1]["data"]);
    }

    private static (int Code, string EndedBy, string Cause) Facts(JsonNode close) => ((int)close["code"]!, (string)close["endedBy"]!, (string)close["cause"]!);
}
