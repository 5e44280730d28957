using Xunit;

namespace Cierre.Interop.Tests;

public sealed class ChromiumFixture() : PeerFixture(PeerKind.Chromium)
{
    protected override async Task<Peer> LaunchAsync() => await ChromiumPeer.StartAsync(PageAddress);
}

public sealed class ChromiumAsClientTests(ChromiumFixture peer) : PeerTests(peer, PeerRole.Client), IClassFixture<ChromiumFixture>
{
    private readonly ChromiumFixture _peer = peer;

    [Fact]
    public async Task Page_that_is_left_closes_with_1001()
    {
        WebSocketConnection ours = (await _peer.OpenAsync(PeerRole.Client)).Ours;
        await ((ChromiumPeer)_peer.Peer).ReloadAsync();
        CloseRecord record = await _peer.Peer.Within(ours.Closed, "to close");
        Assert.Equal((1001, "", true, EndedBy.Remote, CloseCause.PeerClosed), (record.Code, record.Reason, record.WasClean, record.EndedBy, record.Cause));
    }
}
