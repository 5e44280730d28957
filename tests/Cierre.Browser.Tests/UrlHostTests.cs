using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>URL 3.5: the host parser.</summary>
public sealed class UrlHostTests
{
    [Theory]
    [InlineData("Example.ORG", "example.org")]
    [InlineData("example.org.", "example.org.")]
    [InlineData("ex%61mple.org", "example.org")]
    [InlineData("b\u00FCcher.example", "xn--bcher-kva.example")]
    [InlineData("b%C3%BCcher.example", "xn--bcher-kva.example")]
    [InlineData("a_b.-c-", "a_b.-c-")]
    [InlineData("0x7f.1", "127.0.0.1")]
    [InlineData("127.1", "127.0.0.1")]
    [InlineData("2130706433", "127.0.0.1")]
    [InlineData("0177.0.0.01", "127.0.0.1")]
    [InlineData("0x", "0.0.0.0")]
    [InlineData("4294967295", "255.255.255.255")]
    [InlineData("1.2.3.4.", "1.2.3.4")]
    [InlineData("[::1]", "[::1]")]
    [InlineData("[0:0::1]", "[::1]")]
    [InlineData("[::FFFF:127.0.0.1]", "[::ffff:7f00:1]")]
    [InlineData("[1:2:0:0:5:0:0:8]", "[1:2::5:0:0:8]")]
    [InlineData("[1:0:3:4:5:6:7:8]", "[1:0:3:4:5:6:7:8]")]
    [InlineData("[1:0:0:4:5:0:0:0]", "[1:0:0:4:5::]")]
    [InlineData("[::]", "[::]")]
    public void Host_is_serialized_as_the_standard_does(string host, string serialized) => Assert.Equal(serialized, UrlHost.Parse(host));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a%20b")]
    [InlineData("a%00b")]
    [InlineData("a%2Fb")]
    [InlineData("a%zzb")]
    [InlineData("a<b")]
    [InlineData("a^b")]
    [InlineData("a|b")]
    [InlineData("256.0.0.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("4294967296")]
    [InlineData("99999999999999999999999999")]
    [InlineData("1.16777216")]
    [InlineData("1..2")]
    [InlineData("a.1")]
    [InlineData("a.0x")]
    [InlineData("08")]
    [InlineData("[::1")]
    [InlineData("[]")]
    [InlineData("[1.2.3.4]")]
    [InlineData("[::g]")]
    [InlineData("[fe80::1%25eth0]")]
    [InlineData("[::1/64]")]
    [InlineData("[1:2]")]
    public void What_is_no_host_fails(string host) => Assert.Null(UrlHost.Parse(host));
}
