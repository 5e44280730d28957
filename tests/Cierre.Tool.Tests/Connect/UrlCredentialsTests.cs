using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Connect;

/// <summary>A user name and a password in a URL answer a 401 and are printed nowhere.</summary>
public sealed class UrlCredentialsTests
{
    [Theory]
    [InlineData("connect", "--close", "4000")]
    [InlineData("connect", "--close", "4000", "--json")]
    [InlineData("connect", "--close", "4000", "--frames", "--diagram")]
    [InlineData("bench", "--duration", "0.2", "--warm-up", "0", "--connections", "1")]
    [InlineData("bench", "--duration", "0.2", "--warm-up", "0", "--connections", "1", "--json")]
    public async Task Password_is_sent_and_not_printed(string command, params string[] options)
    {
        string? authorization = null;
        await using RawServer server = RawServer.Start(
            async peer =>
            {
                await peer.SendAsync("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
                await peer.ReadHeadAsync();
                authorization = peer.Header("Authorization");
                await peer.SwitchProtocolsAsync();
                await peer.SendCloseAsync(1000);
                await peer.ReadToEndAsync();
            },
            switchProtocols: false);
        ToolResult result = await ToolProcess.RunAsync([command, $"ws://user:s3cret@localhost:{server.Port}/a", .. options]);
        Assert.StartsWith("Basic ", authorization, StringComparison.Ordinal);
        Assert.Contains($"ws://localhost:{server.Port}/a", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", result.Output + result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ws://user:s3cret@")]
    [InlineData("ftp://user:s3cret@host/")]
    [InlineData("ws://user:s3cret@host/#x")]
    [InlineData("ws://us%3Aer:s3cret@host/")]
    [InlineData("user:s3cret@host")]
    [InlineData("ws:\\\\user:s3cret@host/a//b@c#x")]
    [InlineData("ws://user:s3cret%40host/")]
    public async Task Url_that_cannot_be_used_is_refused_without_it(string url)
    {
        ToolResult result = await ToolProcess.RunAsync("connect", url, "--close", "1000");
        Assert.Equal(2, result.ExitCode);
        Assert.DoesNotContain("s3cret", result.Output + result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_to_listen_on_has_none_and_is_refused_without_it()
    {
        ToolResult result = await ToolProcess.RunAsync("serve", "--url", "http://user:s3cret@127.0.0.1:0");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("'http://127.0.0.1:0'", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", result.Output + result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Authorization Bearer s3cret", "no colon")]
    [InlineData(": s3cret", "name is missing")]
    public async Task Header_that_is_none_is_refused_without_showing_it(string header, string fault)
    {
        ToolResult result = await ToolProcess.RunAsync("connect", "ws://host/", "--header", header);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(fault, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", result.Output + result.Errors, StringComparison.Ordinal);
    }
}
