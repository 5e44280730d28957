using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Connect;

/// <summary><c>cierre connect</c> where there is nobody, or somebody who will not: each has a cause of its own, and says it.</summary>
public sealed class ConnectFailureTests
{
    [Fact]
    public async Task Closed_port_refuses()
    {
        using var port = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // Bound and not listening: nobody else gets it meanwhile.
        port.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await FailsAsync($"ws://{port.LocalEndPoint}/", 1006, "connection-refused", null, $"{port.LocalEndPoint}");
    }

    [Fact]
    public Task Unknown_host_is_not_resolved() => FailsAsync("ws://nosuch.invalid/", 1006, "name-not-resolved", null, "nosuch.invalid");

    [Fact]
    public async Task Self_signed_certificate_is_1015()
    {
        using var certificate = Certificates.ForLocalhost();
        await using RawServer server = RawServer.Start(_ => Task.CompletedTask, certificate: certificate);
        await FailsAsync($"{server.Url}", 1015, "tls-failed", null, "not trusted");
    }

    [Fact]
    public async Task Refusal_is_quoted_with_its_status_and_body()
    {
        await using RawServer server = RawServer.Start(
            peer => peer.SendAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 17\r\n\r\nno \e[1mentry\r\nhere"), switchProtocols: false);
        JsonNode close = await FailsAsync($"{server.Url}", 1006, "http-status", 403, "403");
        Assert.Contains(@"no \u{001B}[1mentry\r\nhe", (string)close["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ordinary_web_page_is_no_handshake()
    {
        await using RawServer server = RawServer.Start(peer => peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), switchProtocols: false);
        await FailsAsync($"{server.Url}", 1006, "bad-handshake", 200, "200");
    }

    [Fact]
    public async Task Server_that_never_answers_runs_into_the_timeout()
    {
        await using RawServer server = RawServer.Start(peer => peer.ReadToEndAsync(), switchProtocols: false);
        await FailsAsync($"{server.Url}", 1006, "connect-timeout", null, "s", "--timeout", "1");
    }

    private static async Task<JsonNode> FailsAsync(string url, int code, string cause, int? status, string named, params string[] options)
    {
        ToolResult result = await ToolProcess.RunAsync(["connect", url, "--send", "x", "--json", .. options]);
        Assert.Equal(["error", "close"], result.Types);
        JsonNode close = result.Close;
        Assert.Equal((code, cause, status), ((int)close["code"]!, (string)close["cause"]!, (int?)close["httpStatus"]));
        Assert.Equal(("network", false, "null", "null"), ((string)close["endedBy"]!, (bool)close["wasClean"]!, close["sent"]?.ToJsonString() ?? "null", close["received"]?.ToJsonString() ?? "null"));
        Assert.Equal((string)close["detail"]!, (string)result.Lines[0]["detail"]!);
        Assert.Contains(named, (string)close["detail"]!, StringComparison.Ordinal);
        Assert.Contains((string)close["detail"]!, (string)close["explanation"]!, StringComparison.Ordinal);
        Assert.Equal("", result.Errors);
        Assert.Equal(3, result.ExitCode);
        return close;
    }
}
