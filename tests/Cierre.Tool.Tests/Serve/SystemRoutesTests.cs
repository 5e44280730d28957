using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Serve;

/// <summary>The program of <c>cierre serve</c> on System.Net.WebSockets behaves as the endpoints beside it, and its ends are reported like theirs.</summary>
public sealed class SystemRoutesTests
{
    [Fact]
    public async Task Messages_of_any_size_come_back_and_the_close_with_its_reason()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        using var client = new ClientWebSocket();
        using var bound = new CancellationTokenSource(RawPeer.DefaultBound);
        await client.ConnectAsync(Url(serve, "/system"), bound.Token);
        byte[] buffer = new byte[300_000];
        foreach (int size in (int[])[0, 1, 4096, 4097, 200_000])
        {
            byte[] message = [.. Enumerable.Range(0, size).Select(i => (byte)i)];
            await client.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, bound.Token);
            int count = 0;
            WebSocketReceiveResult received;
            do
            {
                received = await client.ReceiveAsync(new ArraySegment<byte>(buffer, count, buffer.Length - count), bound.Token);
                count += received.Count;
            }
            while (!received.EndOfMessage);
            Assert.Equal(WebSocketMessageType.Binary, received.MessageType);
            Assert.Equal(message, buffer[..count]);
        }

        await client.CloseAsync((WebSocketCloseStatus)4001, "that was all", bound.Token);
        Assert.Equal(((WebSocketCloseStatus?)4001, "that was all"), (client.CloseStatus, client.CloseStatusDescription));
        JsonNode close = await serve.NextCloseAsync();
        Assert.Equal((4001, "that was all", true, "peer-closed"), ((int)close["code"]!, (string)close["reason"]!, (bool)close["wasClean"]!, (string)close["cause"]!));
    }

    [Theory]
    [InlineData(1010, "1010 why")]
    [InlineData(1012, "1012 why")]
    [InlineData(null, "1000 ")]
    public async Task Close_is_answered_with_what_the_program_reads_of_it(int? code, string answer)
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using RawPeer peer = await serve.ConnectAsync("/system");
        if (code is { } given) await peer.SendCloseAsync(given, "why");
        else await peer.SendFrameAsync(8);
        RawFrame close = await peer.ReadFrameAsync();
        Assert.Equal((8, answer), (close.Opcode, $"{close.CloseCode} {close.CloseReason}"));
        Assert.Equal(code ?? 1005, (int)(await serve.NextCloseAsync())["code"]!);
    }

    [Theory]
    [InlineData("/system/close?code=4000&reason=bye", 4000, "bye")]
    [InlineData("/system/close", 1000, "")]
    public async Task Close_is_the_one_that_is_asked_for(string path, int code, string reason)
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using RawPeer peer = await serve.ConnectAsync(path);
        RawFrame close = await peer.ReadFrameAsync();
        Assert.Equal((8, code, reason), (close.Opcode, close.CloseCode, close.CloseReason));
        await peer.SendCloseAsync(code);
        Assert.Equal((code, "requested"), Facts(await serve.NextCloseAsync()));
    }

    [Fact]
    public async Task What_cannot_be_is_refused_in_HTTP()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        using var http = new HttpClient();
        foreach (string path in (string[])["/system", "/system/close", "/system/close?code=1006", "/system/close?code=1010", "/system/close?code=x"])
            Assert.Equal((path, HttpStatusCode.BadRequest), (path, (await http.GetAsync(new Uri(serve.Url, path))).StatusCode));
        HttpResponseMessage response = await http.GetAsync(new Uri(serve.Url, $"/system/close?reason={new string('a', 124)}"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("124", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_are_those_of_the_command_line()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync("--max-message", "10", "--accept", "text", "--max-connections", "1");
        await using (RawPeer first = await serve.ConnectAsync("/system"))
        {
            await using RawPeer second = await RawPeer.ConnectAsync(serve.Url.Host, serve.Url.Port);
            Assert.StartsWith("HTTP/1.1 503 ", await second.UpgradeAsync("/system"), StringComparison.Ordinal);
            await first.SendFrameAsync(2, "x"u8.ToArray());
            Assert.Equal(1003, (await first.ReadFrameAsync()).CloseCode);
            await first.SendCloseAsync(1003);
            Assert.Equal((1003, "unsupported-data"), Facts(await serve.NextCloseAsync()));
        }

        await using ServeProcess small = await ServeProcess.StartAsync("--max-message", "10");
        await using RawPeer large = await small.ConnectAsync("/system");
        await large.SendTextAsync("12345678901");
        Assert.Equal(1009, (await large.ReadFrameAsync()).CloseCode);
        await large.DisposeAsync();
        Assert.Equal((1006, "message-too-big"), Facts(await small.NextCloseAsync()));

        await using RawPeer cut = await small.ConnectAsync("/system");
        cut.Reset();
        Assert.Equal((1006, "connection-reset"), Facts(await small.NextCloseAsync()));
    }

    [Fact]
    public async Task Terminated_server_closes_with_1001_and_is_gone()
    {
        await using ServeProcess serve = await ServeProcess.StartAsync();
        await using RawPeer peer = await serve.ConnectAsync("/system");
        serve.Process.Terminate();
        Assert.Equal((1001, "the server is stopping"), await peer.ReadFrameAsync() is var frame ? (frame.CloseCode, frame.CloseReason) : default);
        await peer.SendCloseAsync(1001);
        ToolResult result = await serve.Process.EndAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Equal((1001, "host-stopping"), Facts(Assert.Single(result.Lines)));
    }

    private static Uri Url(ServeProcess serve, string path) => new(new Uri(serve.Url.ToString().Replace("http", "ws", StringComparison.Ordinal)), path);

    private static (int Code, string Cause) Facts(JsonNode close) => ((int)close["code"]!, (string)close["cause"]!);
}
