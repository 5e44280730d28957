using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests;

public sealed class UsageTests
{
    private const string Nowhere = "ws://127.0.0.1:1";
    private const string Free = "http://127.0.0.1:0";

    public static TheoryData<string[], string> Mistakes => new()
    {
        { ["bogus"], "bogus" },
        { ["codes", "--bogus"], "--bogus" },
        { ["explain"], "CODE" },
        { ["explain", "65536"], "65536" },
        { ["explain", "-1"], "-1" },
        { ["explain", "one"], "one" },
        { ["explain", "1000", "--lang", "fr"], "--lang takes en or es, not 'fr'" },
        { ["codes", "--lang", "ES"], "--lang takes en or es, not 'ES'" },
        { ["codes", "--lang"], "--lang" },
        { ["lab", "--run", "all", "--lang", "es-MX"], "--lang takes en or es, not 'es-MX'" },
        { ["serve", "--url", Free, "--lang", "x"], "--lang takes en or es, not 'x'" },
        { ["connect", Nowhere, "--lang", "x"], "--lang takes en or es, not 'x'" },
        { ["connect"], "URL" },
        { ["connect", "ftp://127.0.0.1/"], "ftp" },
        { ["connect", "localhost"], "localhost" },
        { ["connect", "ws://127.0.0.1:1/#x"], "fragment" },
        { ["connect", Nowhere, "--close", "1005"], "1005" },
        { ["connect", Nowhere, "--close", "1006:gone"], "1006" },
        { ["connect", Nowhere, "--close", "2999"], "2999" },
        { ["connect", Nowhere, "--close", "70000"], "70000" },
        { ["connect", Nowhere, "--close", "bye"], "bye" },
        { ["connect", Nowhere, "--header", "no colon"], "no colon" },
        { ["connect", Nowhere, "--header", "Sec-WebSocket-Key: x"], "Sec-WebSocket-Key" },
        { ["connect", Nowhere, "--protocol", "a b"], "a b" },
        { ["connect", Nowhere, "--send-file", "/no/such/file"], "/no/such/file" },
        { ["connect", Nowhere, "--expect", "-1"], "--expect" },
        { ["connect", Nowhere, "--timeout", "0"], "--timeout" },
        { ["connect", Nowhere, "--timeout", "-1"], "--timeout" },
        { ["connect", Nowhere, "--timeout", "NaN"], "--timeout" },
        { ["connect", Nowhere, "--http", "3"], "--http" },
        { ["connect", Nowhere, "--diagram", "--json"], "--svg" },
        { ["connect", Nowhere, "--svg", "/no/such/folder/x.svg"], "/no/such/folder" },
        { ["lab", "--url", "https://127.0.0.1:0"], "--url" },
        { ["lab", "--run"], "--run" },
        { ["lab", "--run", "bogus"], "bogus" },
        { ["serve"], "--url" },
        { ["serve", "--url", "ws://127.0.0.1:0"], "ws://" },
        { ["serve", "--url", "http://no.such.address:0"], "no.such.address" },
        { ["serve", "--url", Free, "--max-message", "0"], "--max-message" },
        { ["serve", "--url", Free, "--accept", "pictures"], "--accept" },
        { ["serve", "--url", Free, "--close-timeout", "0"], "--close-timeout" },
        { ["serve", "--url", Free, "--ping-timeout", "0"], "--ping-timeout" },
        { ["serve", "--url", Free, "--ping-interval", "-1"], "--ping-interval" },
        { ["serve", "--url", Free, "--cert", "x.pem"], "x.pem" },
        { ["serve", "--url", "https://127.0.0.1:0", "--h2c"], "--h2c" },
        { ["serve", "--url", Free, "--resume", "cluster"], "--resume takes node, not 'cluster'" },
        { ["serve", "--url", Free, "--resume"], "--resume" },
        { ["serve", "--url", Free, "--resume", "node", "--window", "0"], "--window takes seconds, more than 0 and at most 86400, not '0'" },
        { ["serve", "--url", Free, "--resume", "node", "--window", "86401"], "at most 86400" },
        { ["serve", "--url", Free, "--resume", "node", "--resume-limit", "0"], "--resume-limit takes MESSAGES or MESSAGES:BYTES" },
        { ["serve", "--url", Free, "--resume", "node", "--resume-limit", "10:"], "'10:'" },
        { ["serve", "--url", Free, "--resume", "node", "--resume-limit", "1:2:3"], "'1:2:3'" },
        { ["serve", "--url", Free, "--resume", "node", "--resume-limit", "9999999999"], "1-2147483647" },
        { ["serve", "--url", Free, "--resume", "node", "--keys", "/dev/null/keys"], "--keys: no keys can be kept in '/dev/null/keys'" },
        { ["serve", "--url", Free, "--window", "10"], "they need --resume node" },
        { ["serve", "--url", Free, "--keys", "/tmp"], "they need --resume node" },
        { ["connect", Nowhere, "--resume", "--reconnect"], "take one of them" },
        { ["connect", Nowhere, "--resume", "--frames"], "--frames, --diagram and --svg" },
        { ["connect", Nowhere, "--resume", "--header", "Sec-WebSocket-Key: x"], "Sec-WebSocket-Key" },
        { ["bench"], "URL" },
        { ["bench", "localhost"], "localhost" },
        { ["bench", Nowhere, "--connections", "0"], "--connections takes a whole number, 1-1000000, not '0'" },
        { ["bench", Nowhere, "--size", "-1"], "--size" },
        { ["bench", Nowhere, "--size", "1073741825"], "--size" },
        { ["bench", Nowhere, "--depth", "0"], "--depth" },
        { ["bench", Nowhere, "--rate", "0"], "--rate" },
        { ["bench", Nowhere, "--rate", "fast"], "fast" },
        { ["bench", Nowhere, "--duration", "0"], "--duration takes seconds, more than 0" },
        { ["bench", Nowhere, "--warm-up", "-1"], "--warm-up takes seconds, 0 or more" },
        { ["bench", Nowhere, "--kind", "pictures"], "--kind takes binary or text, not 'pictures'" },
        { ["bench", Nowhere, "--compression", "maybe"], "--compression" },
        { ["bench", Nowhere, "--pid", "2147483647"], "there is no process 2147483647" },
        { ["bench", Nowhere, "--chart", "/no/such/folder/x.svg"], "--chart: " },
        { ["bench", Nowhere, "--header", "no colon"], "no colon" },
        { ["bench", Nowhere, "--header", "Sec-WebSocket-Key: x"], "Sec-WebSocket-Key" },
        { ["bench", Nowhere, "--lang", "x"], "--lang takes en or es, not 'x'" },
        { ["gateway", "--url", Free], "--to" },
        { ["gateway", "--url", Free, "--to", "localhost:8080"], "localhost:8080" },
        { ["gateway", "--url", Free, "--to", "ws://localhost/", "--cert", "x.pem"], "x.pem" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Wrong_usage_exits_2_and_names_the_mistake(string[] arguments, string named)
    {
        ToolResult result = await ToolProcess.RunAsync(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Contains(named, result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cierre", "--help")]
    [InlineData("serve", "serve", "--help")]
    [InlineData("connect", "connect", "--help")]
    [InlineData("gateway", "gateway", "--help")]
    [InlineData("codes", "codes", "--help")]
    [InlineData("explain", "explain", "--help")]
    [InlineData("lab", "lab", "--help")]
    [InlineData("bench", "bench", "--help")]
    public async Task Help_is_what_it_was(string name, params string[] arguments)
    {
        ToolResult result = await ToolProcess.RunAsync(arguments);
        Assert.Equal(0, result.ExitCode);
        if (name != "cierre") Golden.Check($"help.{name}.txt", result.Output);
    }

    [Fact]
    public async Task No_command_prints_help()
    {
        ToolResult result = await ToolProcess.RunAsync();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal((await ToolProcess.RunAsync("--help")).Output, result.Output);
    }
}
