using Cierre.TestKit;
using System.Net;
using System.Net.Http;
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
    public void Handler_gets_credentials_proxy_and_TLS_and_then_the_applications_own_hand()
    {
        var credentials = new NetworkCredential("u", "p");
        var proxy = new WebProxy("http://127.0.0.1:1");
        string? seenHost = null;
        BrowserWebSocketOptions options = new BrowserWebSocketOptions
        {
            Credentials = credentials,
            Proxy = proxy,
            ConfigureTls = tls => tls.TargetHost = "other.example",
            ConfigureHandler = handler =>
            {
                seenHost = handler.SslOptions.TargetHost;
                handler.UseCookies = false;
            },
        }.For([]);
        using var handler = new SocketsHttpHandler();
        options.ConfigureHandler!(handler);
        Assert.Equal((credentials, credentials, proxy, "other.example", false), (handler.Credentials, handler.DefaultProxyCredentials, handler.Proxy, seenHost, handler.UseCookies));
    }

    [Fact]
    public void Handler_is_left_alone_where_nothing_is_set()
    {
        using var handler = new SocketsHttpHandler();
        new BrowserWebSocketOptions().For([]).ConfigureHandler!(handler);
        Assert.Equal((null, null), (handler.Credentials, handler.Proxy));
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
}
