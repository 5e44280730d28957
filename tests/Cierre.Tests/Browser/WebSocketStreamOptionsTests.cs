using Cierre.Browser;
using Xunit;

namespace Cierre.Tests.Browser;

public sealed class WebSocketStreamOptionsTests
{
    [Fact]
    public void Subprotocol_must_be_chosen_where_one_is_asked_for()
    {
        WebSocketClientOptions none = new WebSocketStreamOptions().ToConnect([]), two = new WebSocketStreamOptions().ToConnect(["a", "b"]);
        Assert.False(none.RequireSubprotocol);
        Assert.Empty(none.Subprotocols);
        Assert.True(two.RequireSubprotocol);
        Assert.Equal(["a", "b"], two.Subprotocols);
    }
}
