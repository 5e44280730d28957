using Xunit;

namespace Cierre.Browser.Tests;

public sealed class BlockedPortsTests
{
    [Theory]
    [InlineData(25, true)]
    [InlineData(6000, true)]
    [InlineData(10080, true)]
    [InlineData(80, false)]
    [InlineData(443, false)]
    [InlineData(8080, false)]
    [InlineData(6670, false)]
    public void Ports_are_those_of_the_Fetch_standard(int port, bool blocked) => Assert.Equal(blocked, BlockedPorts.Contains(port));

    [Theory]
    [InlineData("ws://127.0.0.1:25/", 25)]
    [InlineData("wss://[::1]:6667/", 6667)]
    [InlineData("http://nowhere.example:6000/", 6000)]
    public async Task Socket_fails_with_error_and_1006_and_nothing_is_dialled(string url, int port)
    {
        bool dialled = false;
        var options = new BrowserWebSocketOptions { ConfigureHandler = _ => dialled = true };
        var rig = new SocketRig(SocketRig.WithContext(null, () => new WebSocket(url, options)));
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal(["error 3", "close 3"], rig.Seen);
        Assert.Equal((1006, false, CloseCause.Aborted, ReconnectKind.No), (close.Code, close.WasClean, close.Record!.Cause, close.Record.Reconnect.Kind));
        Assert.Equal($"port {port} belongs to another protocol, and browsers connect to none of those", close.Record.Detail);
        Assert.False(dialled);
    }

    [Fact]
    public async Task Stream_fails_both_of_its_tasks()
    {
        var stream = new WebSocketStream("ws://127.0.0.1:6697/");
        await Assert.ThrowsAsync<WebSocketError>(() => stream.Opened.Soon());
        var error = await Assert.ThrowsAsync<WebSocketError>(() => stream.Closed.Soon());
        Assert.StartsWith("port 6697 ", error.Record!.Detail, StringComparison.Ordinal);
    }
}
