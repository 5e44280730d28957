using Xunit;

namespace Cierre.Interop.Tests;

public sealed class WsFixture() : PeerFixture(PeerKind.Ws)
{
    protected override Task<Peer> LaunchAsync() => Task.FromResult<Peer>(ScriptPeer.Start("node", "ws.mjs"));
}

public sealed class WsAsClientTests(WsFixture peer) : PeerTests(peer, PeerRole.Client), IClassFixture<WsFixture>;

public sealed class WsAsServerTests(WsFixture peer) : PeerTests(peer, PeerRole.Server), IClassFixture<WsFixture>;
