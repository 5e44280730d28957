using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace Cierre.Tool.Tests.Lab;

public sealed class LabCommandTests
{
    private static readonly string[] CloseFields =
    [
        "type", "code", "name", "reason", "wasClean", "sent", "received", "receivedFirst", "endedBy", "cause", "detail", "httpStatus", "elapsedMs", "explanation",
    ];

    [Fact]
    public async Task All_situations_end_as_the_rules_say_within_30_seconds()
    {
        long begun = Stopwatch.GetTimestamp();
        ToolResult result = await ToolProcess.RunAsync("lab", "--run", "all", "--json");
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(30));
        Assert.Equal("", result.Errors);
        Assert.Empty(result.Lines.Where(line => !(bool)line["ok"]!).Select(line => line.ToJsonString()));
        Assert.Equal(0, result.ExitCode);

        // Every code and cause that this lab claims to reach is there.
        int[] codes = [1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 3000, 3003, 3008, 4000, 4999];
        Assert.Equal(codes, codes.Intersect(result.Lines.SelectMany(Closes).SelectMany(close => Codes(close))));
        string[] causes =
        [
            "peer-closed", "requested", "handler-returned", "handler-failed", "host-stopping", "disposed", "aborted", "protocol-violation", "invalid-data", "unsupported-data",
            "policy-violation", "message-too-big", "unauthorized", "forbidden", "idle-timeout", "extension-missing", "ping-timeout", "close-timeout", "end-of-stream", "connection-reset",
            "tls-failed", "http-status", "bad-handshake", "connection-refused", "deadline", "load-shed", "upstream-failed",
        ];
        Assert.Equal(causes, causes.Intersect(result.Lines.SelectMany(Closes).Select(close => (string)close["cause"]!)));
    }

    [Fact]
    public async Task Line_has_the_fields_of_the_contract()
    {
        ToolResult result = await ToolProcess.RunAsync("lab", "--run", "1000-client-closes", "1002-unmasked-at-server", "refused-403", "--json");
        Assert.Equal(["1000-client-closes", "1002-unmasked-at-server", "refused-403"], result.Lines.Select(line => (string)line["name"]!));
        foreach (JsonNode line in result.Lines)
        {
            Assert.Equal(["type", "name", "expected", "client", "server", "event", "ok"], Fields(line));
            Assert.Equal("situation", (string)line["type"]!);
            Assert.Equal(["client", "server"], Fields(line["expected"]!));
            foreach (string side in (string[])["client", "server"])
            {
                Assert.Equal(line["expected"]![side] is null, line[side] is null);
                if (line[side] is not { } close) continue;
                Assert.Equal(CloseFields, Fields(close));
                Assert.NotEmpty(Fields(line["expected"]![side]!));
                Assert.Empty(Fields(line["expected"]![side]!).Except(CloseFields));
            }
        }

        Assert.Equal("""{"code":1000,"reason":"","wasClean":true,"order":["open","close"]}""", result.Lines[0]["event"]!.ToJsonString());
        Assert.Null(result.Lines[1]["event"]);
        Assert.Equal("""{"code":1006,"reason":"","wasClean":false,"order":["error","close"]}""", result.Lines[2]["event"]!.ToJsonString());

        // A raw peer has no record, and a request that was refused never became a connection of the server's.
        Assert.Null(result.Lines[1]["client"]);
        Assert.Null(result.Lines[2]["server"]);
        Assert.Equal(403, (int)result.Lines[2]["client"]!["httpStatus"]!);
    }

    [Fact]
    public async Task Browser_API_gets_one_close_event_as_the_last_and_an_error_before_it_only_where_no_close_frame_counts()
    {
        ToolResult result = await ToolProcess.RunAsync("lab", "--run", "all", "--json");
        foreach (JsonNode line in result.Lines)
        {
            Assert.Equal(line["client"] is null, line["event"] is null);
            if (line["client"] is not { } client) continue;
            JsonNode received = line["event"]!;
            string name = (string)line["name"]!;
            Assert.Equal((name, (int)client["code"]!, (string)client["reason"]!, (bool)client["wasClean"]!), (name, (int)received["code"]!, (string)received["reason"]!, (bool)received["wasClean"]!));
            bool opens = !name.StartsWith("refused", StringComparison.Ordinal) && (string)client["cause"]! is not ("tls-failed" or "extension-missing");
            bool fails = (int)client["code"]! is 1006 or 1015;
            Assert.Equal([.. opens ? (string[])["open"] : [], .. fails ? (string[])["error"] : [], "close"], received["order"]!.AsArray().Select(type => (string)type!));
        }
    }

    [Fact]
    public async Task Table_fits_100_columns_and_ends_with_the_sum()
    {
        ToolResult result = await ToolProcess.RunAsync("lab", "--run", "all");
        string[] lines = result.Output.TrimEnd('\n').Split('\n');
        Assert.DoesNotContain(lines, line => line.Length > 100);
        Assert.DoesNotContain('\e', result.Output);
        Assert.Matches(@"^\d+ situations in \d+\.\d s: all as the rules of closing say$", lines[^1]);
        Assert.Contains(lines, line => line.TrimEnd().EndsWith("yes", StringComparison.Ordinal) && line.Contains("1000-client-closes", StringComparison.Ordinal));
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Situation_named_twice_is_played_once_and_in_the_order_of_the_lab()
    {
        ToolResult result = await ToolProcess.RunAsync("lab", "--run", "4000-client-closes", "1000-client-closes", "--run", "4000-client-closes", "--json");
        Assert.Equal(["1000-client-closes", "4000-client-closes"], result.Lines.Select(line => (string)line["name"]!));
    }

    [Fact]
    public async Task Unknown_situation_is_wrong_usage_and_lists_those_that_there_are()
    {
        ToolResult result = await ToolProcess.RunAsync("lab", "--run", "1000-client-closes", "no-such-situation");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Contains("'no-such-situation'", result.Errors, StringComparison.Ordinal);
        Assert.Contains("refused-closed-port", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:0", "--run", "all")]
    [InlineData("http://*:0")]
    [InlineData("http://192.0.2.1:5080")]
    [InlineData("https://127.0.0.1:0")]
    [InlineData("nonsense")]
    public async Task Page_is_served_on_this_machine_only_and_not_with_run(string url, params string[] more)
    {
        ToolResult result = await ToolProcess.RunAsync(["lab", "--url", url, .. more]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(url == "nonsense" ? "'nonsense'" : "--url", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://192.0.2.1:5080", "192.0.2.1 is no loopback address")]
    [InlineData("http://*:0", ":: is no loopback address")]
    [InlineData("http://[::ffff:127.0.0.1]:0", "::ffff:127.0.0.1 is no loopback address")]
    [InlineData("https://127.0.0.1:0", "over http, not https")]
    public async Task Refused_address_is_named_with_what_would_be_right(string url, string wrong)
    {
        ToolResult result = await ToolProcess.RunAsync("lab", "--url", url);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(wrong, result.Errors, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1, localhost or [::1], with a port", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_is_shown_at_a_terminal_and_gone_at_the_end()
    {
        await using ToolProcess lab = ToolProcess.StartAtTerminal("lab", "--run", "1000-client-closes", "4000-client-closes");
        await lab.ReadUntilAsync("[############............] 1/2 ");
        await lab.ReadUntilAsync("[########################] 2/2 ");
        ToolResult result = await lab.EndAsync();
        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("\r\e[K", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("/2 ", result.Output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Fields(JsonNode node) => node.AsObject().Select(field => field.Key);

    private static IEnumerable<JsonNode> Closes(JsonNode line) => new[] { line["client"], line["server"] }.OfType<JsonNode>();

    private static IEnumerable<int> Codes(JsonNode close) => new[] { close, close["sent"], close["received"] }.OfType<JsonNode>().Select(node => (int)node["code"]!);
}
