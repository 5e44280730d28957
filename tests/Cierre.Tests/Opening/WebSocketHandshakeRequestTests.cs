using Xunit;

namespace Cierre.Tests.Opening;

public sealed class WebSocketHandshakeRequestTests
{
    [Fact]
    public void Header_that_was_not_sent_is_an_empty_list_and_never_null()
    {
        Assert.Throws<ArgumentNullException>("Method", () => new WebSocketHandshakeRequest { Method = null! });
        Assert.Throws<ArgumentNullException>("HttpVersion", () => new WebSocketHandshakeRequest { Method = "GET", HttpVersion = null! });
        Assert.Throws<ArgumentNullException>("OtherMethods", () => new WebSocketHandshakeRequest { Method = "GET", OtherMethods = null! });
        Assert.Throws<ArgumentNullException>("Upgrade", () => new WebSocketHandshakeRequest { Method = "GET", Upgrade = null! });
        Assert.Throws<ArgumentNullException>("Connection", () => new WebSocketHandshakeRequest { Method = "GET", Connection = null! });
        Assert.Throws<ArgumentNullException>("Key", () => new WebSocketHandshakeRequest { Method = "GET", Key = null! });
        Assert.Throws<ArgumentNullException>("Version", () => new WebSocketHandshakeRequest { Method = "GET", Version = null! });
        Assert.Throws<ArgumentNullException>("Subprotocols", () => new WebSocketHandshakeRequest { Method = "GET", Subprotocols = null! });
        Assert.Throws<ArgumentNullException>("Extensions", () => new WebSocketHandshakeRequest { Method = "GET", Extensions = null! });
        var request = new WebSocketHandshakeRequest { Method = "GET" };
        Assert.Equal((1, new Version(1, 1), false), (request.HostCount, request.HttpVersion, request.HasContent));
        Assert.All([request.Upgrade, request.Connection, request.Key, request.Version, request.Subprotocols, request.Extensions, request.OtherMethods], Assert.Empty);
    }
}
