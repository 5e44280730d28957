using System.Net;
using System.Net.Http;
using Cierre.Client;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class ProxyWatchTests
{
    private static readonly Uri Target = new("ws://target/"), Proxy = new("http://proxy:3128/");

    [Fact]
    public void Proxy_is_the_one_that_the_handler_was_told()
    {
        var own = new Own();
        var handler = new SocketsHttpHandler { Proxy = own };
        Func<Uri, Uri?> proxyOf = ProxyWatch.Of(handler);
        Assert.Null(proxyOf(Target));
        Assert.False(handler.Proxy.IsBypassed(Target));
        Assert.Equal(Proxy, handler.Proxy.GetProxy(Target));
        Assert.Equal(Proxy, proxyOf(Target));
        own.Bypasses = true;
        Assert.True(handler.Proxy.IsBypassed(Target));
        Assert.Null(proxyOf(Target));
    }

    [Fact]
    public void Its_credentials_are_the_proxys()
    {
        var own = new Own();
        var handler = new SocketsHttpHandler { Proxy = own };
        ProxyWatch.Of(handler);
        handler.Proxy.Credentials = CredentialCache.DefaultCredentials;
        Assert.Same(own.Credentials, handler.Proxy.Credentials);
        Assert.NotNull(own.Credentials);
    }

    [Fact]
    public void Handler_that_uses_none_has_none() => Assert.Null(ProxyWatch.Of(new SocketsHttpHandler { UseProxy = false, Proxy = new Own() })(Target));

    [Fact]
    public async Task Proxy_on_the_port_of_the_target_is_a_proxy_all_the_same()
    {
        int port = ClientRig.ClosedPort();
        CloseRecord record = await ClientRig.FailAsync(new Uri($"ws://127.0.0.1:{port}/"), options => options.ConfigureHandler = handler => handler.Proxy = new WebProxy($"http://127.0.0.1:{port}"));
        Assert.Equal(CloseCause.ProxyFailed, record.Cause);
    }

    private sealed class Own : IWebProxy
    {
        public bool Bypasses { get; set; }

        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => Proxy;

        public bool IsBypassed(Uri host) => Bypasses;
    }
}
