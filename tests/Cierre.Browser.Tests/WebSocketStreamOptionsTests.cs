using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

public sealed class WebSocketStreamOptionsTests
{
    [Fact]
    public void Subprotocol_must_be_chosen_where_one_is_asked_for()
    {
        BrowserWebSocketOptions options = new WebSocketStreamOptions().ToConnect(["a", "b"]);
        Assert.True(options.RequireSubprotocol);
        Assert.Equal(["a", "b"], options.Subprotocols);
    }

    [Fact]
    public void What_the_application_sets_is_copied()
    {
        var mine = new BrowserWebSocketOptions { CloseTimeout = TimeSpan.FromSeconds(1), MaxMessageSize = 5, Headers = { new("X-Mine", "1") } };
        BrowserWebSocketOptions options = new WebSocketStreamOptions { Connection = mine }.ToConnect(["this"]);
        mine.CloseTimeout = TimeSpan.FromSeconds(2);
        mine.Headers.Clear();
        Assert.Equal((TimeSpan.FromSeconds(1), 5), (options.CloseTimeout, options.MaxMessageSize));
        Assert.Equal(["this"], options.Subprotocols);
        Assert.Equal("X-Mine", Assert.Single(options.Headers).Key);
    }

    [Fact]
    public void Subprotocols_in_the_connection_s_options_are_refused()
    {
        var options = new WebSocketStreamOptions { Connection = new() { Subprotocols = { "chat" } } };
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new WebSocketStream("ws://localhost:1/", options));
        Assert.Contains("WebSocketStreamOptions.Protocols", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Header_that_will_not_do_is_refused_at_once()
    {
        var options = new WebSocketStreamOptions { Connection = new() { Headers = { new("Sec-WebSocket-Key", "x") } } };
        Assert.Throws<ArgumentException>(() => new WebSocketStream("ws://localhost:1/", options));
    }

    [Fact]
    public async Task Limits_and_headers_of_the_application_hold_for_the_stream()
    {
        await using var server = RawServer.Start(async peer =>
        {
            Assert.Equal("1", peer.Header("X-Mine"));
            await peer.SendTextAsync("too long");
            await peer.ReadToEndAsync();
        });
        var options = new WebSocketStreamOptions { Connection = new() { MaxMessageSize = 5, Headers = { new("X-Mine", "1") } } };
        (WebSocketStream stream, _) = await StreamRig.OpenAsync(server, options);
        var error = await Assert.ThrowsAsync<WebSocketError>(() => stream.Closed.Soon());
        Assert.Equal((CloseCause.MessageTooBig, (ushort)1009), (error.Record!.Cause, error.Record.Sent!.Code));
    }
}
