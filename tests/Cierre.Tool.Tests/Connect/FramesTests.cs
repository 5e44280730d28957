using System.Text.Json.Nodes;
using System.Xml.Linq;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Connect;

/// <summary>What <c>--frames</c>, <c>--diagram</c> and <c>--svg</c> show of a conversation with a peer made of bytes.</summary>
public sealed class FramesTests
{
    [Fact]
    public async Task Frames_are_objects_of_json_in_the_order_of_the_wire_before_the_close()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("hi");
            await peer.ReadFrameAsync();
            await peer.SendFrameAsync(2, new byte[] { 1, 2 }, rsv: 2);
            await peer.ReadFrameAsync();
        });
        ToolResult result = await ToolProcess.RunAsync("connect", $"{server.Url}", "--send", "hello", "--expect", "5", "--frames", "--json");
        Assert.Equal("close", result.Types.Last());
        Assert.Equal(
            ["in 1 True 0 False 2 6869", "out 1 True 0 True 5 68656c6c6f", "in 2 True 2 False 2 ", "out 8 True 0 True 56 1002"],
            result.Lines.Where(line => (string?)line["type"] == "frame").OrderBy(line => (int)line["opcode"]!).ThenBy(line => (string)line["direction"]!).Select(Shown));
        JsonNode violation = Assert.Single(result.Lines, line => (string?)line["type"] == "violation");
        Assert.Equal((1002, "protocol-violation"), ((int)violation["code"]!, (string?)violation["cause"]));
        Assert.Equal("closed", (string?)result.Lines.Last(line => (string?)line["type"] == "transport")["event"]);
        Assert.Equal(["name-resolution", "tcp", "upgrade"], result.Lines[0]["opening"]!["steps"]!.AsArray().Select(step => (string)step!["phase"]!));

        static string Shown(JsonNode frame) =>
            $"{frame["direction"]} {frame["opcode"]} {frame["fin"]} {frame["rsv"]} {frame["masked"] ?? "False"} {frame["length"] ?? "2"} {(frame["close"] is { } close ? close["code"] : frame["payload"])}"
                .Replace("true", "True", StringComparison.Ordinal).Replace("false", "False", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_frames_json_has_none()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendCloseAsync(1000);
            await peer.ReadFrameAsync();
        });
        Assert.Equal(["open", "close"], (await ToolProcess.RunAsync("connect", $"{server.Url}", "--json")).Types);
    }

    [Fact]
    public async Task Text_shows_frames_times_and_at_last_the_diagram_and_nothing_that_harms_a_terminal()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("\e[2J");
            await peer.SendCloseAsync(1000, "bye");
            await peer.ReadFrameAsync();
        });
        ToolResult result = await ToolProcess.RunAsync("connect", $"{server.Url}", "--frames", "--diagram");
        Assert.DoesNotContain(result.Output, c => char.IsControl(c) && c != '\n');
        Assert.Matches("""(?m)^opening \d+\.\d ms: name resolution \d+\.\d ms, TCP connection \d+\.\d ms, opening handshake \d+\.\d ms$""", result.Output);
        Assert.Matches("""(?m)^ +\d+\.\d ms < text frame, 4 bytes: "\\u\{001B\}\[2J"$""", result.Output);
        Assert.Matches("""(?m)^ +\d+\.\d ms > close frame, 1000$""", result.Output);
        string diagram = result.Output[result.Output.IndexOf("client ", StringComparison.Ordinal)..];
        string[] rows = [.. diagram.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(row => row[row.IndexOf('|', StringComparison.Ordinal)..])];
        Assert.Equal(["| name", "|<= TCP", "|<= opening", "|<- text", "|<- close", "|-- close", "|<. FIN", "|.. FIN", "| 1000"], rows.Select(row => string.Join(' ', row.Split(' ')[..2]).TrimEnd(',')));
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Svg_is_written_into_its_file()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendCloseAsync(4000);
            await peer.ReadFrameAsync();
        });
        string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".svg");
        await ToolProcess.RunAsync("connect", $"{server.Url}", "--svg", file, "--json", "--lang", "es");
        string svg = await File.ReadAllTextAsync(file);
        File.Delete(file);
        Assert.Equal("svg", XElement.Parse(svg).Name.LocalName);
        Assert.Contains("trama de cierre, 4000", svg, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_that_failed_has_its_times_too()
    {
        ToolResult result = await ToolProcess.RunAsync("connect", "ws://127.0.0.1:1/", "--json");
        JsonNode opening = result.Lines[0]["opening"]!;
        Assert.Equal(("tcp", false), ((string?)opening["steps"]!.AsArray()[^1]!["phase"], (bool)opening["steps"]!.AsArray()[^1]!["completed"]!));
        Assert.Contains("TCP connection", (await ToolProcess.RunAsync("connect", "ws://127.0.0.1:1/", "--diagram")).Output, StringComparison.Ordinal);
    }
}
