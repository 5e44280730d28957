using Xunit;

namespace Cierre.Tool.Tests.Connect;

public sealed class InteractiveTests
{
    [Fact]
    public async Task Line_typed_is_a_message_sent_and_end_of_input_closes()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using ToolProcess connect = ToolProcess.StartAtTerminal("connect", $"{serve.Url}");
        Assert.Contains($"ws://127.0.0.1:{serve.Url.Port}/", await connect.ReadLineAsync(), StringComparison.Ordinal);
        await connect.TypeAsync("hello\n");
        // The terminal may show what was typed; the echo of the server has a mark before it.
        while (!(await connect.ReadLineAsync()).EndsWith(" hello", StringComparison.Ordinal))
        {
        }

        await connect.TypeAsync("\u0004");
        ToolResult result = await connect.EndAsync();
        Assert.Contains("1000 Normal Closure: ", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
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
}
