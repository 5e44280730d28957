using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Connect;

/// <summary><c>cierre connect --reconnect</c>: a group for each attempt, and a line between two. The delays are real, the shortest that the advice knows: 0-5 s.</summary>
public sealed class ReconnectTests
{
    [Fact]
    public async Task Each_attempt_has_its_group_and_a_line_between_two_says_when_the_next_comes()
    {
        int count = 0;
        await using RawServer server = RawServer.Start(async peer =>
        {
            bool first = Interlocked.Increment(ref count) == 1;
            await peer.SendTextAsync((await peer.ReadFrameAsync()).Text);
            await peer.SendCloseAsync(first ? 1001 : 1000);
            await peer.ReadFrameAsync();
        });
        ToolResult result = await ToolProcess.RunAsync("connect", $"{server.Url}", "--reconnect", "--send", "again", "--expect", "2", "--json");
        Assert.Equal(["open", "message", "close", "reconnect", "open", "message", "close"], result.Types);
        Assert.Equal(["type", "attempt", "delayMs"], result.Lines[3].AsObject().Select(member => member.Key));
        Assert.Equal(1, (int)result.Lines[3]["attempt"]!);
        Assert.InRange((long)result.Lines[3]["delayMs"]!, 0, 5000);
        Assert.Equal((1001, 1000), ((int)result.Lines[2]["code"]!, (int)result.Close["code"]!));
        // The last one was clean, but a message did not come.
        Assert.Equal((3, ""), (result.ExitCode, result.Errors));
    }

    [Fact]
    public async Task Close_that_we_asked_for_ends_the_run()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        ToolResult result = await ToolProcess.RunAsync("connect", $"{serve.Url}", "--reconnect", "--send", "x", "--json");
        Assert.Equal(["open", "message", "close"], result.Types);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Delay_beyond_the_time_of_the_run_is_not_waited_for()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        ToolResult result = await ToolProcess.RunAsync("connect", $"{serve.Url}close?code=1012", "--reconnect", "--timeout", "5", "--json");
        Assert.Equal(["open", "close"], result.Types);
        Assert.Equal((1012, 0), ((int)result.Close["code"]!, result.ExitCode));
    }

    [Fact]
    public async Task Attempt_that_fails_is_an_error_and_a_close_and_the_run_goes_on()
    {
        using var port = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        port.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        ToolResult result = await ToolProcess.RunAsync("connect", $"ws://{port.LocalEndPoint}/", "--reconnect", "--timeout", "12", "--json");
        Assert.Equal(["error", "close", "reconnect", "error", "close"], result.Types.Take(5));
        Assert.Equal("close", result.Types.Last());
        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public async Task Opening_that_would_fail_again_is_not_repeated()
    {
        await using RawServer server = RawServer.Start(peer => peer.SendAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), switchProtocols: false);
        ToolResult result = await ToolProcess.RunAsync("connect", $"{server.Url}", "--reconnect", "--json");
        Assert.Equal(["error", "close"], result.Types);
        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public async Task Signal_closes_and_ends_the_run()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using ToolProcess connect = ToolProcess.Start("connect", $"{serve.Url}silent", "--reconnect", "--json");
        await connect.ReadLineAsync();
        connect.Terminate();
        ToolResult result = await connect.EndAsync();
        Assert.Equal((1001, "requested", 0), ((int)result.Close["code"]!, (string)result.Close["cause"]!, result.ExitCode));
    }

    [Fact]
    public async Task Signal_while_away_ends_the_wait()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using ToolProcess connect = ToolProcess.Start("connect", $"{serve.Url}close?code=1012", "--reconnect", "--timeout", "60", "--json");
        while ((string?)JsonNode.Parse(await connect.ReadLineAsync())!["type"] != "reconnect")
        {
        }

        connect.Terminate();
        ToolResult result = await connect.EndAsync();
        Assert.Equal(("", 0), (result.Output, result.ExitCode));
    }

    [Fact]
    public async Task Wrong_usage_is_told_before_anything_is_done()
    {
        ToolResult result = await ToolProcess.RunAsync("connect", "ws://localhost:1/", "--reconnect", "--header", "Sec-WebSocket-Key: x");
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task People_get_a_line_they_can_read()
    {
        int count = 0;
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendCloseAsync(Interlocked.Increment(ref count) == 1 ? 1001 : 1000);
            await peer.ReadFrameAsync();
        });
        ToolResult result = await ToolProcess.RunAsync("connect", $"{server.Url}", "--reconnect");
        Assert.Matches("""(?m)^reconnect in \d\.\d s \(attempt 1\)$""", result.Output);
        Assert.Equal(0, result.ExitCode);
    }
}
