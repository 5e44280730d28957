using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

public sealed class WebSocketOpenInfoTests
{
    [Fact]
    public async Task Both_directions_can_be_taken_apart()
    {
        await using RawServer server = StreamRig.Answering(new());
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        var (readable, writable) = info;
        Assert.Same(info.Readable, readable);
        Assert.Same(info.Writable, writable);
        Assert.Equal(("", ""), (info.Extensions, info.Protocol));
        await stream.DisposeAsync();
    }
}
