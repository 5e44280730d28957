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
        Assert.Throws<ArgumentNullException>("UpgradeHeaders", () => new WebSocketHandshakeRequest { Method = "GET", UpgradeHeaders = null! });
        Assert.Throws<ArgumentNullException>("ConnectionHeaders", () => new WebSocketHandshakeRequest { Method = "GET", ConnectionHeaders = null! });
        Assert.Throws<ArgumentNullException>("KeyHeaders", () => new WebSocketHandshakeRequest { Method = "GET", KeyHeaders = null! });
        Assert.Throws<ArgumentNullException>("VersionHeaders", () => new WebSocketHandshakeRequest { Method = "GET", VersionHeaders = null! });
        Assert.Throws<ArgumentNullException>("SubprotocolHeaders", () => new WebSocketHandshakeRequest { Method = "GET", SubprotocolHeaders = null! });
        Assert.Throws<ArgumentNullException>("ExtensionHeaders", () => new WebSocketHandshakeRequest { Method = "GET", ExtensionHeaders = null! });
        var request = new WebSocketHandshakeRequest { Method = "GET" };
        Assert.Equal((1, new Version(1, 1), false), (request.HostHeaderCount, request.HttpVersion, request.HasContent));
        IReadOnlyList<string>[] lists =
        [
            request.UpgradeHeaders, request.ConnectionHeaders, request.KeyHeaders, request.VersionHeaders, request.SubprotocolHeaders, request.ExtensionHeaders,
            request.OtherMethods,
        ];
        Assert.All(lists, Assert.Empty);
    }
}
