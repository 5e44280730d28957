using Xunit;

namespace Cierre.Interop.Tests;

public sealed class UndiciFixture() : PeerFixture(PeerKind.Undici)
{
    protected override Task<Peer> LaunchAsync() => Task.FromResult<Peer>(ScriptPeer.Start("node", "undici.mjs"));
}

public sealed class UndiciAsClientTests(UndiciFixture peer) : PeerTests(peer, PeerRole.Client), IClassFixture<UndiciFixture>;
