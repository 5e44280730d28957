using System.Net;
using Cierre.TestKit;
using Cierre.Tests.Client;
using Xunit;

namespace Cierre.Browser.Tests;

public sealed class BrowserWebSocketOptionsTests
{
    [Fact]
    public void Copy_asks_for_the_subprotocols_and_insists_on_one()
    {
        var options = new BrowserWebSocketOptions { Headers = { new("A", "1") }, MaxMessageSize = 7, MaxBufferedAmount = 8, Compression = new DeflateOptions { Threshold = 5 } };
        BrowserWebSocketOptions copy = options.For(["chat"]);
        Assert.Equal(["chat"], copy.Subprotocols);
        Assert.Empty(options.Subprotocols);
        Assert.Equal((true, 7L, 8L), (copy.RequireSubprotocol, copy.MaxMessageSize, copy.MaxBufferedAmount));
        Assert.False(options.RequireSubprotocol);
        options.Headers.Clear();
        options.MaxMessageSize = 9;
        options.Compression.Threshold = 6;
        Assert.Single(copy.Headers);
        Assert.Equal(7, copy.MaxMessageSize);
        Assert.Equal(5, copy.Compression!.Threshold);
    }

    [Fact]
    public void Subprotocols_belong_into_the_constructor()
    {
        var options = new BrowserWebSocketOptions { Subprotocols = { "chat" } };
        Assert.Throws<ArgumentException>(() => new Cierre.Browser.WebSocket("ws://127.0.0.1", options));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Limit_of_what_waits_is_positive(long value) =>
        Assert.Throws<ArgumentOutOfRangeException>("MaxBufferedAmount", () => new BrowserWebSocketOptions { MaxBufferedAmount = value });

    [Fact]
    public void Copy_has_all_that_the_original_has_and_nothing_in_common_that_can_be_changed()
    {
        var options = OptionsCopy.Changed<BrowserWebSocketOptions>();
        Assert.Empty(OptionsCopy.Faults(options, new BrowserWebSocketOptions(options)));
        Assert.Equal(["Headers was not copied"], OptionsCopy.Faults(options, (BrowserWebSocketOptions)options.WithHeader("z", "1")));
        Assert.Throws<ArgumentNullException>("other", () => new BrowserWebSocketOptions(null!));
    }

    /// <summary>They are a client's options: a connection that is given them does what they say.</summary>
    [Fact]
    public async Task Credentials_hold_for_a_connection_too()
    {
        await using RawServer server = RawServer.Start(
            async peer =>
            {
                await peer.SendAsync("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
                await peer.ReadHeadAsync();
                Assert.Equal("Basic dTpw", peer.Header("Authorization"));
                await peer.SwitchProtocolsAsync();
                await peer.ReadToEndAsync();
            },
            switchProtocols: false);
        var options = new BrowserWebSocketOptions { Credentials = new NetworkCredential("u", "p") };
        WebSocketConnection connection = await WebSocketConnection.ConnectAsync(server.Url, options).WaitAsync(ClientRig.Bound);
        connection.Abort();
    }

    [Fact]
    public async Task Proxy_holds_for_a_connection_too()
    {
        var options = new BrowserWebSocketOptions { Proxy = new WebProxy($"http://127.0.0.1:{ClientRig.ClosedPort()}") };
        var failed = await Assert.ThrowsAsync<WebSocketConnectException>(
            () => WebSocketConnection.ConnectAsync(new Uri("ws://target.invalid:81/"), options).WaitAsync(ClientRig.Bound));
        Assert.Equal(CloseCause.ProxyFailed, failed.Record.Cause);
    }

    [Fact]
    public async Task TLS_options_hold_for_a_connection_too()
    {
        using var certificate = Certificates.ForLocalhost();
        await using RawServer server = RawServer.Start(peer => peer.ReadToEndAsync(), certificate: certificate);
        var options = new BrowserWebSocketOptions { ConfigureTls = tls => tls.RemoteCertificateValidationCallback = (_, _, _, _) => true };
        WebSocketConnection connection = await WebSocketConnection.ConnectAsync(server.Url, options).WaitAsync(ClientRig.Bound);
        connection.Abort();
    }
}
