using System.Text.RegularExpressions;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests;

/// <summary>
/// The terminal sessions in the READMEs are real: each is played here and compared with what is printed there, but for its times.
/// With <c>CIERRE_UPDATE_GOLDEN=1</c> what was seen is written into them.
/// </summary>
public sealed partial class ReadmeSessionTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("README.es.md", "--lang", "es")]
    public async Task Server_that_falls_silent(string readme, params string[] language)
    {
        // Where the machine is so busy that a ping was answered before the server was stopped, nothing fell silent: again.
        for (int again = 10; !await FallsSilentAsync(readme, language); again--) Assert.NotEqual(0, again);
    }

    private static async Task<bool> FallsSilentAsync(string readme, string[] language)
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        string[] arguments = ["connect", Example(serve), "--send", "hello", "--expect", "2", "--ping-interval", "1", "--ping-timeout", "1", "--close-timeout", "1", "--frames", .. language];
        await using ToolProcess connect = ToolProcess.Start(arguments);
        string seen = await connect.ReadUntilAsync("< hello\n");
        serve.Process.Stop();
        ToolResult result = await connect.EndAsync();
        Assert.Equal(3, result.ExitCode);
        if ((seen + result.Output).Contains("pong", StringComparison.Ordinal)) return false;
        Check(readme, "silent", serve, arguments, seen + result.Output);
        return true;
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.es.md", "--lang", "es")]
    public async Task Diagram_of_a_conversation(string readme, params string[] language)
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        string[] arguments = ["connect", Example(serve), "--send", "hello", "--diagram", .. language];
        ToolResult result = await ToolProcess.RunAsync(arguments);
        Assert.Equal(0, result.ExitCode);
        Check(readme, "diagram", serve, arguments, result.Output);
    }

    private static string Example(ServeProcess serve) => new UriBuilder(serve.Url) { Scheme = "ws" }.Uri.AbsoluteUri;

    private static void Check(string readme, string session, ServeProcess serve, string[] arguments, string output)
    {
        // The port of the examples.
        string played = $"```\n$ ./cierre {string.Join(' ', arguments)}\n{output.TrimEnd('\n')}\n```\n".Replace($"{serve.Url.Host}:{serve.Url.Port}", "127.0.0.1:5080", StringComparison.Ordinal);
        string printed = Golden.Part(readme, $"session {session}");
        // What differs in its times and their order alone stays as it is printed.
        string[] only = [.. Timeless(played).Split('\n').Except(Timeless(printed).Split('\n'))], missing = [.. Timeless(printed).Split('\n').Except(Timeless(played).Split('\n'))];
        TestContext.Current.TestOutputHelper?.WriteLine($"only here: {string.Join(" | ", only)}\nonly printed: {string.Join(" | ", missing)}");
        Golden.MatchesPart(readme, $"session {session}", Timeless(played) == Timeless(printed) ? printed : played);
    }

    // The receiving and the sending side print as they go, so neighbours may change places too.
    private static string Timeless(string text) =>
        string.Join('\n', Times().Replace(text, "N ms").Split('\n').Select(line => Filling().Replace(line, "$1").Trim()).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\d+([.,]\d+)? m?s\b")]
    private static partial Regex Times();

    // Columns are as wide as their times.
    [GeneratedRegex("([-=. ])\\1+")]
    private static partial Regex Filling();
}
