using Cierre.Client;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class RequestHeadersTests
{
    [Theory]
    [InlineData("X", "é")]
    [InlineData("X", "a\u0001b")]
    [InlineData("X", "a\u007fb")]
    [InlineData("X", "a\rb")]
    [InlineData("X", "a\nb")]
    [InlineData("X", "a\0b")]
    [InlineData("X", "\ud83d\ude00")]
    [InlineData("Origin", "https://bücher.example")]
    [InlineData("User-Agent", "café/1")]
    [InlineData("Cookie", "a=ü")]
    [InlineData("Authorization", "Bearer ü")]
    [InlineData("Host", "bücher.example")]
    public void Value_that_cannot_be_sent_is_refused_before_anything_is(string name, string value) =>
        Assert.Contains($"'{name}'", Refused(name, value).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Sec-WebSocket-Key", "x")]
    [InlineData("sec-websocket-protocol", "x")]
    [InlineData("Connection", "close")]
    [InlineData("Upgrade", "h2c")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("transfer-encoding", "gzip")]
    [InlineData("Trailer", "X")]
    [InlineData("Content-Length", "3")]
    [InlineData("Content-Type", "text/plain")]
    [InlineData("no token", "x")]
    [InlineData("", "x")]
    public void Header_that_is_not_the_applications_is_refused(string name, string value) => Assert.Contains("handshake", Refused(name, value).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("u@a")]
    [InlineData("a:b:9")]
    [InlineData("a:99999")]
    [InlineData("[::1")]
    public void Host_that_is_none_is_refused(string host) => Assert.Contains("Host", Refused("Host", host).Message, StringComparison.Ordinal);

    [Fact]
    public void Host_with_a_password_is_refused_without_showing_it() =>
        Assert.DoesNotContain("s3cret", Refused("Host", "u:s3cret@a").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("X", "")]
    [InlineData("X", "a\tb ~!")]
    [InlineData("Host", "example.org")]
    [InlineData("Host", "EXAMPLE.org:8080")]
    [InlineData("Host", "[::1]:9")]
    [InlineData("Cookie", "a=b; c=d")]
    public void What_can_be_sent_is_taken(string name, string value) => RequestHeaders.Check([new(name, value)]);

    [Fact]
    public async Task Sequence_that_reconnects_refuses_it_before_its_first_attempt()
    {
        var options = new WebSocketReconnectOptions { Headers = { new("X", "é") } };
        Assert.Throws<ArgumentException>(() => WebSocketConnection.KeepConnectedAsync(new Uri("ws://127.0.0.1:1/"), options));
        await Assert.ThrowsAsync<ArgumentException>(() => WebSocketConnection.ConnectAsync(new Uri("ws://127.0.0.1:1/"), options));
    }

    [Fact]
    public async Task Cookie_of_the_handler_that_cannot_be_sent_is_refused_too()
    {
        await using RawServer server = RawServer.Start(_ => Task.CompletedTask);
        var options = new WebSocketClientOptions { ConfigureHandler = handler => handler.CookieContainer.Add(new System.Net.Cookie("a", "ü", "/", "localhost")) };
        await Assert.ThrowsAsync<ArgumentException>(() => WebSocketConnection.ConnectAsync(server.Url, options));
    }

    private static ArgumentException Refused(string name, string value) => Assert.Throws<ArgumentException>(() => RequestHeaders.Check([new(name, value)]));
}
