using Xunit;

namespace Cierre.Interop.Tests;

public sealed class WebsocketsFixture() : PeerFixture(PeerKind.Websockets)
{
    protected override Task<Peer> LaunchAsync() => Task.FromResult<Peer>(ScriptPeer.Start("/usr/bin/python3", "python_websockets.py"));
}

public sealed class WebsocketsAsClientTests(WebsocketsFixture peer) : PeerTests(peer, PeerRole.Client), IClassFixture<WebsocketsFixture>;

public sealed class WebsocketsAsServerTests(WebsocketsFixture peer) : PeerTests(peer, PeerRole.Server), IClassFixture<WebsocketsFixture>;
