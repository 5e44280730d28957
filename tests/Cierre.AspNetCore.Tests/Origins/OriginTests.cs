using Cierre.AspNetCore.Origins;
using Xunit;

namespace Cierre.AspNetCore.Tests.Origins;

public sealed class OriginTests
{
    [Theory]
    [InlineData("http://example.com", "http", "example.com")]
    [InlineData("https://example.com", "https", "example.com")]
    [InlineData("https://EXAMPLE.com", "HTTPS", "example.COM")]
    [InlineData("http://example.com:80", "http", "example.com")]
    [InlineData("http://example.com", "http", "example.com:80")]
    [InlineData("https://example.com", "https", "example.com:443")]
    [InlineData("https://example.com:8443", "https", "example.com:8443")]
    [InlineData("http://example.com", "ws", "example.com")]
    [InlineData("https://example.com", "wss", "example.com:443")]
    [InlineData("http://[::1]:5000", "http", "[::1]:5000")]
    [InlineData("http://[::1]", "http", "[::1]:80")]
    [InlineData("http://[::1]", "http", "[0:0:0:0:0:0:0:1]")]
    [InlineData("http://xn--bcher-kva.example", "http", "xn--bcher-kva.example")]
    [InlineData("http://xn--bcher-kva.example", "http", "XN--bcher-kva.example")]
    [InlineData("http://xn--bcher-kva.example:8080", "http", "bücher.example:8080")]
    [InlineData("https://xn--bcher-kva.example", "https", "BÜCHER.example")]
    [InlineData("https://example.com.", "https", "example.com.")]
    public void Scheme_host_and_port_alike_is_the_same_origin(string origin, string scheme, string host) =>
        Assert.True(Origin.IsSame(origin, scheme, host));

    [Theory]
    [InlineData("http://example.com", "https", "example.com")]
    [InlineData("https://example.com", "https", "www.example.com")]
    [InlineData("https://example.com", "https", "example.com.evil.test")]
    [InlineData("https://example.com", "https", "example.com:8443")]
    [InlineData("http://example.com:443", "https", "example.com")]
    [InlineData("http://[::1]:5000", "http", "[::2]:5000")]
    [InlineData("http://[::1]:5000", "http", "[::1]")]
    [InlineData("chrome-extension://example.com", "https", "example.com")]
    [InlineData("https://example.com.", "https", "example.com")]
    [InlineData("https://xn--bcher-kva.example", "https", "bucher.example")]
    public void Another_scheme_host_or_port_is_another_origin(string origin, string scheme, string host) =>
        Assert.False(Origin.IsSame(origin, scheme, host));

    [Theory]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData("https:example.com")]
    [InlineData("://example.com")]
    [InlineData("https://")]
    [InlineData("https://example.com/")]
    [InlineData("https://user@example.com")]
    [InlineData("https://example.com https://example.com")]
    [InlineData("https://example.com:x")]
    [InlineData("https://example.com:+443")]
    [InlineData("https://example.com:0")]
    [InlineData("https://example.com:443:443")]
    [InlineData("https://example.com:65979")]
    public void What_is_no_origin_is_the_same_as_nothing(string origin) => Assert.False(Origin.IsSame(origin, "https", "example.com"));

    [Theory]
    [InlineData("null", "null")]
    [InlineData("https://null", "")]
    [InlineData("https://", "")]
    [InlineData("https://user@example.com", "user@example.com")]
    [InlineData("https://example.com/", "example.com/")]
    public void What_is_no_host_is_not_the_same_as_itself(string origin, string host) => Assert.False(Origin.IsSame(origin, "https", host));
}
