using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Connect;

public sealed class InteractiveTests
{
    [Theory]
    [InlineData("xterm")]
    [InlineData("dumb")]
    public async Task Line_typed_is_a_message_sent_and_end_of_input_closes(string terminal)
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using ToolProcess connect = ToolProcess.StartAtTerminalOf(terminal, "connect", $"{serve.Url}");
        Assert.Contains($"ws://127.0.0.1:{serve.Url.Port}/", await connect.ReadLineAsync(), StringComparison.Ordinal);
        await connect.TypeAsync("hello\n");
        // The terminal may show what was typed; the echo of the server has a mark before it.
        while (!Plain(await connect.ReadLineAsync()).EndsWith("< hello", StringComparison.Ordinal))
        {
        }

        await connect.TypeAsync("\u0004");
        ToolResult result = await connect.EndAsync();
        Assert.Contains("1000 Normal Closure: ", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Line_of_before_comes_back_with_the_arrow_key_and_can_be_changed()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using ToolProcess connect = ToolProcess.StartAtTerminal("connect", $"{serve.Url}");
        await connect.TypeAsync("hello\n");
        await UntilAsync("< hello");
        await connect.TypeAsync("\e[A\u007f\u007f\u007f!\n");
        await UntilAsync("< he!");
        await connect.TypeAsync("\u0004");
        Assert.Equal(0, (await connect.EndAsync()).ExitCode);

        async Task UntilAsync(string end)
        {
            while (!Plain(await connect.ReadLineAsync()).EndsWith(end, StringComparison.Ordinal))
            {
            }
        }
    }

    [Fact]
    public async Task Progress_of_a_file_is_shown_at_a_terminal_and_leaves_no_trace()
    {
        var over = new TaskCompletionSource();
        await using RawServer server = RawServer.Start(_ => over.Task, bound: TimeSpan.FromSeconds(60));
        string file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, new byte[32 << 20]);
        await using ToolProcess connect = ToolProcess.StartAtTerminal("connect", $"{server.Url}", "--send-file", file);
        Assert.Matches(@"\[#*\.*\] +\d+ % of 33\.6 MB", await connect.ReadUntilAsync(" MB"));
        over.SetResult();
        string rest = (await connect.EndAsync()).Output;
        File.Delete(file);
        Assert.Contains("\r\e[K", rest, StringComparison.Ordinal);
        Assert.DoesNotContain(" MB", rest[rest.IndexOf("1006", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_that_is_no_terminal_is_not_read()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using ToolProcess connect = ToolProcess.StartWithInput("not for the peer\n", "connect", $"{serve.Url}", "--timeout", "3");
        ToolResult result = await connect.EndAsync();
        Assert.DoesNotContain("not for the peer", result.Output, StringComparison.Ordinal);
        // The close is the only frame that came.
        Assert.Contains("Frames: 1 in, ", (string)(await serve.NextCloseAsync())["explanation"]!, StringComparison.Ordinal);
    }

    /// <summary>Without what moves the cursor or colours.</summary>
    private static string Plain(string line) => System.Text.RegularExpressions.Regex.Replace(line, @"\e\[[0-9;?]*[A-Za-z]|\r|\e[=>]", "");
}
