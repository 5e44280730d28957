using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.TestKit;

public sealed class RawServerTests
{
    [Fact]
    public async Task Failed_script_fails_the_test()
    {
        var server = RawServer.Start(_ => throw new InvalidOperationException("script"));
        await using var client = await RawPeer.ConnectAsync("127.0.0.1", server.Port);
        await client.UpgradeAsync();
        await client.ReadToEndAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(server.ScriptsAsync);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await server.DisposeAsync());
    }

    [Fact]
    public async Task Stopping_ends_a_script_that_still_waits()
    {
        var server = RawServer.Start(peer => peer.ReadFrameAsync());
        await using var client = await RawPeer.ConnectAsync("127.0.0.1", server.Port);
        await client.UpgradeAsync();
        await server.DisposeAsync();
        await client.ReadToEndAsync();
    }

    [Fact]
    public async Task Connections_are_served_side_by_side()
    {
        await using var server = RawServer.Start(async peer => await peer.SendTextAsync((await peer.ReadFrameAsync()).Text));
        await using var first = await RawPeer.ConnectAsync("127.0.0.1", server.Port);
        await using var second = await RawPeer.ConnectAsync("127.0.0.1", server.Port);
        await first.UpgradeAsync();
        await second.UpgradeAsync();
        await second.SendTextAsync("2");
        Assert.Equal("2", (await second.ReadFrameAsync()).Text);
        await first.SendTextAsync("1");
        Assert.Equal("1", (await first.ReadFrameAsync()).Text);
    }
}
