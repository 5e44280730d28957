using Xunit;

namespace Cierre.Tests.Opening;

public sealed class WebSocketNegotiationTests
{
    [Fact]
    public void Nothing_agreed_on_is_the_default()
    {
        var agreed = new WebSocketNegotiation();
        Assert.Equal((null, "", null, new Version(1, 1)), (agreed.Subprotocol, agreed.Extensions, agreed.Url, agreed.HttpVersion));
    }

    [Fact]
    public void What_cannot_be_missing_is_not_null()
    {
        Assert.Throws<ArgumentNullException>("Extensions", () => new WebSocketNegotiation { Extensions = null! });
        Assert.Throws<ArgumentNullException>("HttpVersion", () => new WebSocketNegotiation { HttpVersion = null! });
    }
}
