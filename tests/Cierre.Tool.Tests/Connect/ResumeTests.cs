using System.Text.Json.Nodes;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Connect;

/// <summary><c>cierre connect --resume</c> against <c>cierre serve --resume node</c>, through a proxy that cuts. The delays are real, the shortest that the
/// advice knows: 0-5 s.</summary>
public sealed class ResumeTests
{
    private static readonly string Long = new('x', 1000);

    [Theory]
    [InlineData(CutKind.Reset)]
    [InlineData(CutKind.End)]
    public async Task Cut_costs_no_message_and_both_sides_tell_of_it(CutKind cut)
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node");
        await using var proxy = new CuttingProxy(serve.Url);
        // Behind the greetings, in the middle of what is echoed.
        proxy.CutBehind(8000, cut);
        ToolResult result = await RunAsync(proxy, [.. Enumerable.Range(1, 8).SelectMany(i => new[] { "--send", $"{i}{Long}" }), "--json"]);

        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Equal(["open", "reconnecting", "resumed", "close"], result.Types.Where(type => type != "message"));
        Assert.Equal("close", result.Types.Last());
        Assert.Equal(Enumerable.Range(1, 8).Select(i => $"{i}{Long}"), Of(result, "message").Select(line => (string)line["data"]!));
        JsonNode reconnecting = Of(result, "reconnecting").Single(), resumed = Of(result, "resumed").Single();
        Assert.Equal(["type", "attempt", "delayMs", "code", "cause", "detail"], Members(reconnecting));
        Assert.Equal((1, 1006), ((int)reconnecting["attempt"]!, (int)reconnecting["code"]!));
        Assert.Equal(["type", "pauseMs", "repeatedToClient", "repeatedByClient"], Members(resumed));
        JsonNode session = result.Close["session"]!;
        Assert.Equal((1000, true), ((int)result.Close["code"]!, (bool)result.Close["wasClean"]!));
        Assert.Equal([1006, 1000], session["connections"]!.AsArray().Select(connection => (int)connection!["code"]!));
        Assert.Null(session["lost"]);

        Dictionary<string, JsonNode> events = (await EventsAsync(serve, "ended")).ToDictionary(line => (string)line["event"]!);
        Assert.Equal(["ended", "opened", "parked", "resumed"], events.Keys.Order());
        Assert.All(events.Values, line => Assert.Equal((string)session["id"]!, (string)line["id"]!));
        Assert.Equal("peer-closed", (string)events["ended"]["reason"]!);
        // Both sides counted the same.
        foreach (string count in (string[])["repeatedToClient", "repeatedByClient"]) Assert.Equal((long)resumed[count]!, (long)events["resumed"][count]!);
        Assert.True((long)resumed["repeatedToClient"]! + (long)resumed["repeatedByClient"]! > 0);
    }

    [Fact]
    public async Task Server_that_has_started_anew_has_lost_the_session_and_the_exit_code_says_so()
    {
        string keys = Directory.CreateTempSubdirectory("cierre-keys").FullName;
        try
        {
            ServeProcess first = await ServeProcess.StartAsync("--resume", "node", "--keys", keys);
            await using ToolProcess connect = ToolProcess.Start("connect", $"{first.Url}silent", "--resume", "--json");
            Assert.Equal("open", (string?)Json(await connect.ReadLineAsync())["type"]);
            await first.DisposeAsync();
            await using ServeProcess second = await ServeProcess.StartAtAsync($"{first.Url}", "--resume", "node", "--keys", keys);
            ToolResult result = await connect.EndAsync();
            Assert.Equal((3, "node-lost", "session-lost"), (result.ExitCode, (string)result.Close["session"]!["lost"]!, (string)result.Close["cause"]!));
            Assert.Contains("reconnecting", result.Types);
            Assert.DoesNotContain("resumed", result.Types);
        }
        finally
        {
            Directory.Delete(keys, recursive: true);
        }
    }

    [Fact]
    public async Task Server_without_sessions_is_refused()
    {
        await using ServeProcess plain = await ServeProcess.StartAsync();
        ToolResult result = await ToolProcess.RunAsync("connect", $"{plain.Url}", "--resume", "--json");
        Assert.Equal((3, "bad-handshake"), (result.ExitCode, (string)result.Close["cause"]!));
        Assert.Equal(["error", "close"], result.Types);
    }

    [Fact]
    public async Task Close_of_the_handler_and_its_failure_end_the_session()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node");
        ToolResult result = await ToolProcess.RunAsync("connect", $"{serve.Url}close?code=4001&reason=signed%20out", "--resume", "--json");
        Assert.Equal((0, 4001, "signed out"), (result.ExitCode, (int)result.Close["code"]!, (string)result.Close["reason"]!));
        Assert.Equal("requested", (string)(await EventsAsync(serve, "ended"))[^1]["reason"]!);
    }

    [Fact]
    public async Task Signal_ends_the_session_on_both_sides()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node");
        await using ToolProcess connect = ToolProcess.Start("connect", $"{serve.Url}silent", "--resume", "--json");
        Assert.Equal("open", (string?)Json(await connect.ReadLineAsync())["type"]);
        connect.Terminate();
        ToolResult result = await connect.EndAsync();
        Assert.Equal((0, 1000, "interrupted"), (result.ExitCode, (int)result.Close["code"]!, (string)result.Close["sent"]!["reason"]!));
        Assert.Equal(["opened", "ended"], (await EventsAsync(serve, "ended")).Select(line => (string)line["event"]!));
    }

    [Fact]
    public async Task Line_that_is_typed_goes_over_the_connection_that_there_is_then()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node");
        await using var proxy = new CuttingProxy(serve.Url);
        await using ToolProcess connect = ToolProcess.StartAtTerminalOf("dumb", "connect", $"{proxy.Url}", "--resume");
        await connect.ReadUntilAsync("Ctrl-D closes");
        await connect.TypeAsync("one\n");
        await connect.ReadUntilAsync("< one");
        proxy.CutNow();
        await connect.ReadUntilAsync("(attempt 1): 1006 ");
        await connect.TypeAsync("two\n");
        string seen = await connect.ReadUntilAsync("< two");
        await connect.TypeAsync("\u0004");
        ToolResult result = await connect.EndAsync();
        Assert.Equal(0, result.ExitCode);
        // The event and the message come on threads of their own.
        Assert.Contains("to the server: 1", seen + result.Output, StringComparison.Ordinal);
        Assert.Contains("2 connections, nothing lost.", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delay_beyond_the_time_of_the_run_is_not_waited_for()
    {
        ServeProcess serve = await ServeProcess.StartAsync("--resume", "node");
        await using ToolProcess connect = ToolProcess.Start("connect", $"{serve.Url}silent", "--resume", "--timeout", "6", "--json");
        Assert.Equal("open", (string?)Json(await connect.ReadLineAsync())["type"]);
        await serve.DisposeAsync();
        ToolResult result = await connect.EndAsync();
        Assert.Equal((3, "close"), (result.ExitCode, (string)result.Close["type"]!));
        // What never opened did not hold the session.
        Assert.Single(result.Close["session"]!["connections"]!.AsArray());
    }

    [Fact]
    public async Task Open_has_what_the_first_connection_agreed_on_and_no_password()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node", "--compression", "on");
        string url = new UriBuilder(serve.Url) { Scheme = "ws", UserName = "me", Password = "secret" }.Uri.AbsoluteUri;
        ToolResult result = await ToolProcess.RunAsync("connect", url, "--resume", "--send", "x", "--compression", "on", "--json");
        JsonNode open = Of(result, "open").Single();
        Assert.Equal(new UriBuilder(serve.Url) { Scheme = "ws" }.Uri.AbsoluteUri, (string)open["url"]!);
        Assert.StartsWith("permessage-deflate", (string)open["extensions"]!, StringComparison.Ordinal);
        Assert.NotNull(open["opening"]);
        Assert.DoesNotContain("secret", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", "Session ", "nothing lost.")]
    [InlineData("es", "Sesión ", "no se perdió nada.")]
    public async Task People_read_the_story(string language, params string[] words)
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--resume", "node");
        await using var proxy = new CuttingProxy(serve.Url);
        proxy.CutBehind(8000, CutKind.Reset);
        ToolResult result = await RunAsync(proxy, [.. Enumerable.Range(1, 8).SelectMany(i => new[] { "--send", $"{i}{Long}" }), "--lang", language]);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches("""(?m)^reconnecting in \d\.\d s \(attempt 1\): 1006 """, result.Output);
        Assert.Matches("""(?m)^resumed after \d+\.\d{3} s; messages repeated to the client: \d+, to the server: \d+$""", result.Output);
        foreach (string word in words) Assert.Contains(word, result.Output, StringComparison.Ordinal);
    }

    private static Task<ToolResult> RunAsync(CuttingProxy proxy, params string[] options) => ToolProcess.RunAsync(["connect", $"{proxy.Url}", "--resume", .. options]);

    /// <summary>The lines of sessions to one of this event; those of connections come between.</summary>
    private static async Task<List<JsonNode>> EventsAsync(ServeProcess serve, string last)
    {
        var events = new List<JsonNode>();
        while (events is [] || (string?)events[^1]["event"] != last)
        {
            JsonNode line = Json(await serve.Process.ReadLineAsync());
            if ((string?)line["type"] == "session") events.Add(line);
        }

        return events;
    }

    private static IEnumerable<JsonNode> Of(ToolResult result, string type) => result.Lines.Where(line => (string?)line["type"] == type);

    private static IEnumerable<string> Members(JsonNode json) => json.AsObject().Select(member => member.Key);

    private static JsonNode Json(string line) => JsonNode.Parse(line)!;
}
