using Xunit;

namespace Cierre.Browser.Tests;

public sealed class WebSocketCloseInfoTests
{
    [Fact]
    public void Nothing_is_set_by_default()
    {
        var info = new WebSocketCloseInfo();
        Assert.Equal((null, "", null), (info.CloseCode, info.Reason, info.Record));
    }

    [Fact]
    public void Code_and_reason_can_be_taken_apart()
    {
        var (code, reason) = new WebSocketCloseInfo { CloseCode = 4000, Reason = "why" };
        Assert.Equal(((ushort?)4000, "why"), (code, reason));
    }
}
