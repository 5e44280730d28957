using System.Text.Json.Nodes;
using Xunit;

namespace Cierre.Tool.Tests.Connect;

/// <summary><c>cierre connect</c> against <c>cierre serve</c>.</summary>
public sealed class ConnectToServeTests
{
    private static readonly string[] CloseMembers =
        ["type", "code", "name", "reason", "wasClean", "sent", "received", "receivedFirst", "endedBy", "cause", "detail", "httpStatus", "elapsedMs", "explanation"];

    public static TheoryData<string, string[], string[], string> Ways => new()
    {
        { "http://127.0.0.1:0", [], [], "1.1" },
        { "http://127.0.0.1:0", ["--h2c"], ["--http", "2"], "2" },
        { "https://127.0.0.1:0", [], ["--insecure"], "1.1" },
        { "https://127.0.0.1:0", [], ["--insecure", "--http", "2"], "2" },
    };

    [Theory]
    [InlineData("on", "on", "permessage-deflate; server_no_context_takeover; client_no_context_takeover")]
    [InlineData("on", "off", "")]
    [InlineData("off", "on", "")]
    public async Task Compression_is_agreed_on_where_both_are_told_to(string serving, string connecting, string extensions)
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--compression", serving);
        string text = new('x', 100_000);
        ToolResult result = await ToolProcess.RunAsync(["connect", $"{serve.Url}", "--send", text, "--json", "--compression", connecting]);
        Assert.Equal(extensions, (string?)result.Lines[0]["extensions"]);
        Assert.Equal(text, (string?)result.Lines[1]["data"]);
        Assert.Equal((1000, true), ((int)result.Close["code"]!, (bool)result.Close["wasClean"]!));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Messages_come_back_in_order_and_the_close_is_as_asked(string url, string[] serving, string[] connecting, string http)
    {
        await using ServeProcess serve = await ServeProcess.StartAtAsync(url, serving);
        string file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, [0, 255, 128]);
        ToolResult result = await ToolProcess.RunAsync(
            ["connect", $"{serve.Url}", "--send", "one", "--send-file", file, "--send", "tw\u00f6\n", "--close", "4001:done", "--json", .. connecting]);
        File.Delete(file);

        Assert.Equal(["open", "message", "message", "message", "close"], result.Types);
        Assert.Equal(new UriBuilder(serve.Url) { Scheme = serve.Url.Scheme == "https" ? "wss" : "ws" }.Uri, new Uri((string)result.Lines[0]["url"]!));
        string opening = result.Lines[0]["opening"]!.ToJsonString();
        Assert.Equal($$"""{"type":"open","url":"{{result.Lines[0]["url"]}}","protocol":null,"extensions":"","http":"{{http}}","opening":{{opening}}}""", result.Output.Split('\n')[0]);
        Assert.Equal("""{"type":"message","kind":"text","data":"one","bytes":3}""", result.Output.Split('\n')[1]);
        Assert.Equal("""{"type":"message","kind":"text","data":"twö\n","bytes":5}""", result.Output.Split('\n')[2]);
        Assert.Equal("""{"type":"message","kind":"binary","data":"AP+A","bytes":3}""", result.Output.Split('\n')[3]);
        Assert.Equal(CloseMembers, result.Close.AsObject().Select(member => member.Key));
        Assert.Equal((4001, true, "local", "requested"), Facts(result.Close));
        Assert.Equal("""{"code":4001,"reason":"done"}""", result.Close["sent"]!.ToJsonString());
        Assert.Equal("", result.Errors);
        Assert.Equal(0, result.ExitCode);

        JsonNode theirs = await serve.NextCloseAsync();
        Assert.Equal(CloseMembers, theirs.AsObject().Select(member => member.Key));
        Assert.Equal((4001, true, "remote", "peer-closed"), Facts(theirs));
        Assert.Equal("done", (string?)theirs["reason"]);
    }

    [Fact]
    public async Task Close_of_the_server_is_reported_with_its_reason()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        ToolResult result = await ToolProcess.RunAsync("connect", $"{serve.Url}close?code=3000&reason=who%0Aare%20you", "--json");
        Assert.Equal(["open", "close"], result.Types);
        Assert.Equal((3000, true, "remote", "peer-closed"), Facts(result.Close));
        Assert.Equal("who\nare you", (string?)result.Close["reason"]);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Handler_that_throws_is_1011_and_the_missing_message_exits_3()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        ToolResult result = await ToolProcess.RunAsync("connect", $"{serve.Url}throw", "--send", "x", "--json");
        Assert.Equal(["open", "close"], result.Types);
        Assert.Equal((1011, true, "remote", "peer-closed"), Facts(result.Close));
        Assert.Equal(3, result.ExitCode);
        Assert.Equal((1011, true, "local", "handler-failed"), Facts(await serve.NextCloseAsync()));
    }

    [Fact]
    public async Task Timeout_of_an_open_connection_is_an_ordinary_close()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        // The opening counts too: where the machine is so busy that it does not open within that time, again with more.
        ToolResult result = await ToolProcess.RunAsync("connect", $"{serve.Url}silent", "--timeout", "3", "--json");
        if (result.Types.First() == "error") result = await ToolProcess.RunAsync("connect", $"{serve.Url}silent", "--timeout", "30", "--json");
        Assert.Equal(["open", "close"], result.Types);
        Assert.Equal((1000, true, "local", "requested"), Facts(result.Close));
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Messages_that_never_come_exit_3()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        ToolResult result = await ToolProcess.RunAsync("connect", $"{serve.Url}", "--send", "x", "--expect", "2", "--timeout", "8", "--json");
        Assert.Equal(["open", "message", "close"], result.Types);
        Assert.Equal((1000, true, "local", "requested"), Facts(result.Close));
        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public async Task Expecting_nothing_closes_as_soon_as_all_is_sent()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        ToolResult result = await ToolProcess.RunAsync("connect", $"{serve.Url}silent", "--send", "x", "--expect", "0", "--close", "3001", "--json");
        Assert.Equal(["open", "close"], result.Types);
        Assert.Equal((3001, true, "local", "requested"), Facts(result.Close));
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Signal_closes_with_1001()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using ToolProcess connect = ToolProcess.Start("connect", $"{serve.Url}silent", "--json");
        await connect.ReadLineAsync();
        connect.Terminate();
        ToolResult result = await connect.EndAsync();
        Assert.Equal((1001, true, "local", "requested"), Facts(result.Close));
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task People_get_lines_they_can_read()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        ToolResult result = await ToolProcess.RunAsync("connect", $"{serve.Url}", "--send", "red \e[31m");
        string[] lines = result.Output.Split('\n');
        Assert.Equal($"open ws://127.0.0.1:{serve.Url.Port}/ (HTTP/1.1)", lines[0]);
        Assert.Equal([@"> red \u{001B}[31m", @"< red \u{001B}[31m"], lines[1..3]);
        Assert.StartsWith("1000 Normal Closure: ", lines[3], StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output);
    }

    private static (int Code, bool WasClean, string EndedBy, string Cause) Facts(JsonNode close) =>
        ((int)close["code"]!, (bool)close["wasClean"]!, (string)close["endedBy"]!, (string)close["cause"]!);
}
