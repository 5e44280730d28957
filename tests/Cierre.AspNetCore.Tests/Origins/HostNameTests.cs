using Cierre.AspNetCore.Origins;
using Xunit;

namespace Cierre.AspNetCore.Tests.Origins;

public sealed class HostNameTests
{
    [Theory]
    [InlineData("Example.ORG", "example.org")]
    [InlineData("example.org.", "example.org.")]
    [InlineData("BÜCHER.example", "xn--bcher-kva.example")]
    [InlineData("XN--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData("xn--99999999999", "xn--99999999999")]
    [InlineData("[0:0::1]", "[::1]")]
    [InlineData("[FE80::1]", "[fe80::1]")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("", null)]
    [InlineData("a b", null)]
    [InlineData("a/b", null)]
    [InlineData("user@host", null)]
    [InlineData("a:80", null)]
    [InlineData("::1", null)]
    [InlineData("[::1", null)]
    [InlineData("[127.0.0.1]", null)]
    [InlineData("[fe80::1%eth0]", null)]
    [InlineData("a\u0000b", null)]
    [InlineData("ü..example", null)]
    public void Name_has_one_form_or_is_none(string host, string? normalized) => Assert.Equal(normalized, HostName.Normalize(host));

    [Theory]
    [InlineData("example.org", "example.org", null)]
    [InlineData("example.org:", "example.org", null)]
    [InlineData("example.org:8443", "example.org", 8443)]
    [InlineData("[::1]:5000", "[::1]", 5000)]
    public void Port_stands_behind_the_name(string authority, string host, int? port)
    {
        Assert.True(HostName.TrySplit(authority, out string name, out int? number));
        Assert.Equal((host, port), (name, number));
    }

    [Theory]
    [InlineData("example.org:0")]
    [InlineData("example.org:65536")]
    [InlineData("example.org:+80")]
    [InlineData("example.org:80:80")]
    [InlineData(":80")]
    public void What_is_no_name_and_port_is_not_split(string authority) => Assert.False(HostName.TrySplit(authority, out _, out _));

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:5000", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.7.7.7:80", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("localhost.evil.test", false)]
    [InlineData("notlocalhost", false)]
    [InlineData("127.1", false)]
    [InlineData("0177.0.0.1", false)]
    [InlineData("127.0.0.1.evil.test", false)]
    [InlineData("[::2]", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("", false)]
    [InlineData("localhost:x", false)]
    [InlineData("user@localhost", false)]
    public void Names_of_this_machine_are_known_in_their_one_form(string authority, bool known) =>
        Assert.Equal(known, HostName.TrySplit(authority, out string host, out _) && HostName.IsLoopback(authority, host));
}
