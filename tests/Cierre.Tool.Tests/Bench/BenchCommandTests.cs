using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Bench;

/// <summary><c>cierre bench</c> over real sockets. What the figures are is the machine's; what must hold among them is tested.</summary>
public sealed class BenchCommandTests
{
    private static readonly string[] Short = ["--duration", "0.5", "--warm-up", "0.1", "--connections", "4", "--json"];

    [Theory]
    [InlineData("--kind", "binary", "--size", "32")]
    [InlineData("--kind", "text", "--size", "100000", "--depth", "3")]
    [InlineData("--kind", "text", "--compression", "on", "--size", "5000")]
    [InlineData("--size", "0", "--depth", "16")]
    public async Task Every_echo_is_right_and_every_connection_ends_clean(params string[] options)
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--compression", "on");
        ToolResult result = await ToolProcess.RunAsync(["bench", $"{serve.Url}", .. Short, .. options]);
        // Half a second in which a busy machine let nothing through measures nothing: again.
        for (int again = 10; again > 0 && (long)result.Lines[^1]["messages"]! == 0; again--)
        {
            for (int i = 0; i < 4; i++) await serve.NextCloseAsync();
            result = await ToolProcess.RunAsync(["bench", $"{serve.Url}", .. Short, .. options]);
        }

        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Equal(["second", "bench"], result.Types);
        JsonNode bench = result.Lines[^1];
        Assert.True((bool)bench["ok"]!);
        Assert.Equal((4, 4, 0), ((int)bench["connections"]!, (int)bench["opened"]!, (int)bench["wrongEchoes"]!));
        Assert.Equal(options.Contains("--compression"), ((string)bench["extensions"]!).StartsWith("permessage-deflate", StringComparison.Ordinal));
        Assert.Equal((long)bench["messages"]!, bench["histogram"]!.AsArray().Sum(bin => (long)bin!["count"]!));
        Assert.Equal((long)bench["messages"]!, (long)result.Lines[0]["messages"]!);
        Assert.InRange((double)bench["measuredMs"]!, 500, 30_000);
        Assert.Equal((double)bench["messages"]! / (double)bench["measuredMs"]! * 1000, (double)bench["messagesPerSecond"]!, 0.01 * (double)bench["messagesPerSecond"]!);
        string[] percentiles = ["min", "p50", "p90", "p99", "p99.9", "max"];
        double[] latency = [.. percentiles.Select(name => (double)bench["latencyUs"]![name]!)];
        Assert.Equal(latency.Order(), latency);
        Assert.True(latency[0] > 0);
        JsonNode end = Assert.Single(bench["ends"]!.AsArray())!;
        Assert.Equal(("finish", 4, true, 1000, "requested"), ((string)end["phase"]!, (int)end["count"]!, (bool)end["expected"]!, (int)end["close"]!["code"]!, (string)end["close"]!["cause"]!));
        for (int i = 0; i < 4; i++) Assert.Equal(1000, (int)(await serve.NextCloseAsync())["code"]!);
    }

    [Fact]
    public async Task Rate_is_kept_and_the_chart_and_the_server_are_there()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        string chart = Path.GetTempFileName();
        long begun = Stopwatch.GetTimestamp();
        ToolResult result = await ToolProcess.RunAsync(["bench", $"{serve.Url}", "--connections", "4", "--duration", "1", "--json", "--rate", "200", "--pid", $"{serve.Process.Id}", "--chart", chart]);
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        JsonNode bench = result.Lines[^1];
        // Holds however busy the machine is: what was due came or is unanswered, and no more was sent than was due.
        Assert.InRange((long)bench["messages"]! + (long)bench["unanswered"]!, (200 * (double)bench["measuredMs"]! / 1000) - 4, double.MaxValue);
        Assert.InRange((long)bench["messages"]!, 1, 200 * Stopwatch.GetElapsedTime(begun).TotalSeconds);
        Assert.True((double)bench["sendDelayUs"]!["p50"]! <= (double)bench["latencyUs"]!["p50"]!);
        Assert.True((double)bench["server"]!["cpuShare"]! is > 0 and < 3);
        Assert.Contains("messages/s", XDocument.Load(chart).Root!.Elements().First().Value, StringComparison.Ordinal);
        File.Delete(chart);
    }

    [Fact]
    public async Task Server_that_closes_is_reported_with_its_reason_and_ends_the_run()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.ReadFrameAsync();
            await peer.SendCloseAsync(1013, "too much");
            await peer.ReadToEndAsync();
        });
        ToolResult result = await ToolProcess.RunAsync(["bench", $"{server.Url}", "--connections", "3", "--duration", "20", "--lang", "es"]);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("3 connections under load: 1013 ", result.Output, StringComparison.Ordinal);
        Assert.Contains("\"too much\"", result.Output, StringComparison.Ordinal);
        Assert.Contains("peer-closed", result.Output, StringComparison.Ordinal);
        Assert.Contains(" del otro extremo ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_reported_with_the_cause()
    {
        ToolResult result = await ToolProcess.RunAsync(["bench", "ws://nosuch.invalid/", .. Short]);
        Assert.Equal(3, result.ExitCode);
        JsonNode bench = Assert.Single(result.Lines);
        JsonNode end = Assert.Single(bench["ends"]!.AsArray())!;
        Assert.Equal(("opening", 4, "name-not-resolved"), ((string)end["phase"]!, (int)end["count"]!, (string)end["close"]!["cause"]!));
        Assert.Equal((0, 0, false), ((int)bench["opened"]!, (int)bench["messages"]!, (bool)bench["ok"]!));
    }

    [Fact]
    public async Task Server_that_answers_something_else_is_not_as_expected()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            while (await peer.ReadFrameAsync() is { Opcode: 2 }) await peer.SendFrameAsync(2, "something else"u8.ToArray());
            await peer.SendCloseAsync(1000);
        });
        ToolResult result = await ToolProcess.RunAsync(["bench", $"{server.Url}", .. Short]);
        Assert.Equal(3, result.ExitCode);
        Assert.True((long)result.Lines[^1]["wrongEchoes"]! > 0);
        Assert.Equal(0, (long)result.Lines[^1]["messages"]!);
    }

    [Fact]
    public async Task Each_second_has_its_line_at_a_terminal_and_an_interruption_reports_what_there_is()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using ToolProcess bench = ToolProcess.StartAtTerminal("bench", $"{serve.Url}", "--connections", "2", "--duration", "600");
        string line;
        while (!(line = await bench.ReadLineAsync()).Contains(" p50 ", StringComparison.Ordinal))
        {
        }

        Assert.Contains("/s   p50 ", line, StringComparison.Ordinal);
        Assert.Contains("2 connections", line, StringComparison.Ordinal);
        // Ctrl-C.
        await bench.TypeAsync("\u0003");
        ToolResult result = await bench.EndAsync();
        Assert.Contains("2 connections when it was over: 1000 Normal Closure, clean", result.Output, StringComparison.Ordinal);
        Assert.Contains("messages    ", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
    }
}
