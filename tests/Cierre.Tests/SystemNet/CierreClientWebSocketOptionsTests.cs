using System.Net;
using System.Net.Http;
using System.Net.WebSockets;
using Xunit;

namespace Cierre.Tests.SystemNet;

/// <summary>What the framework's options become. That they reach a server is tried in Cierre.AspNetCore.Tests.</summary>
public sealed class CierreClientWebSocketOptionsTests
{
    private readonly CierreClientWebSocketOptions _options = new CierreClientWebSocket().Options;

    [Fact]
    public void Ping_is_as_often_as_the_framework_s_option_says_unless_ours_is_set()
    {
        _options.KeepAliveInterval = TimeSpan.FromSeconds(7);
        Assert.Equal(TimeSpan.FromSeconds(7), _options.Fix().PingInterval);
        CierreClientWebSocketOptions off = new CierreClientWebSocket().Options;
        off.KeepAliveInterval = TimeSpan.Zero;
        Assert.Equal(Timeout.InfiniteTimeSpan, off.Fix().PingInterval);
        CierreClientWebSocketOptions ours = new CierreClientWebSocket().Options;
        (ours.KeepAliveInterval, ours.KeepAliveTimeout) = (TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(3));
        ours.Cierre = new WebSocketClientOptions { PingInterval = TimeSpan.FromSeconds(9) };
        Assert.Equal((TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(3)), (ours.Fix().PingInterval, ours.Fix().PingTimeout));
    }

    [Fact]
    public void Compression_has_the_framework_s_parameters()
    {
        _options.DangerousDeflateOptions = new WebSocketDeflateOptions { ClientMaxWindowBits = 10, ServerMaxWindowBits = 11, ClientContextTakeover = false, ServerContextTakeover = true };
        DeflateOptions compression = _options.Fix().Compression!;
        Assert.Equal((10, 11, false, true), (compression.ClientMaxWindowBits, compression.ServerMaxWindowBits, compression.ClientContextTakeover, compression.ServerContextTakeover));
        Assert.Null(new CierreClientWebSocket().Options.Fix().Compression);
    }

    [Fact]
    public void Handler_gets_proxy_cookies_credentials_and_certificates()
    {
        var proxy = new WebProxy("http://127.0.0.1:1");
        var cookies = new CookieContainer();
        (_options.Proxy, _options.Cookies, _options.UseDefaultCredentials) = (proxy, cookies, true);
        _options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        using var handler = new SocketsHttpHandler();
        _options.Fix().ConfigureHandler!(handler);
        Assert.Equal((true, proxy, true, cookies), (handler.UseProxy, handler.Proxy, handler.UseCookies, handler.CookieContainer));
        Assert.Same(CredentialCache.DefaultCredentials, handler.Credentials);
        Assert.NotNull(handler.SslOptions.RemoteCertificateValidationCallback);
        CierreClientWebSocketOptions none = new CierreClientWebSocket().Options;
        none.Proxy = null;
        using var plain = new SocketsHttpHandler();
        none.Fix().ConfigureHandler!(plain);
        Assert.Equal((false, false), (plain.UseProxy, plain.UseCookies));
    }

    [Fact]
    public void Header_that_is_set_again_is_replaced_and_null_removes_it()
    {
        _options.SetRequestHeader("X-One", "1");
        _options.SetRequestHeader("x-one", "2");
        _options.SetRequestHeader("X-Two", "3");
        _options.SetRequestHeader("X-Two", null);
        Assert.Equal([new KeyValuePair<string, string>("x-one", "2")], _options.Fix().Headers);
    }

    [Fact]
    public void Message_has_no_limit_unless_it_is_set()
    {
        Assert.Equal(long.MaxValue, _options.Fix().ToLimits().MaxMessageSize);
        CierreClientWebSocketOptions limited = new CierreClientWebSocket().Options;
        limited.Cierre.MaxMessageSize = 5;
        Assert.Equal(5, limited.Fix().ToLimits().MaxMessageSize);
    }

    [Fact]
    public void Version_that_is_meant_strictly_is_refused_by_name()
    {
        _options.HttpVersion = HttpVersion.Version20;
        Assert.Equal(HttpVersion.Version20, _options.Fix().HttpVersion);
        CierreClientWebSocketOptions exact = new CierreClientWebSocket().Options;
        (exact.HttpVersion, exact.HttpVersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        Assert.Contains("HttpVersionPolicy", Assert.Throws<NotSupportedException>(exact.Fix).Message, StringComparison.Ordinal);
    }
}
