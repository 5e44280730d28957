using System.IO.Compression;
using Cierre.Connections;
using Cierre.Deflate;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class OpeningInfoTests
{
    [Fact]
    public void Connection_of_a_server_has_all_that_its_handshake_agreed_on()
    {
        var terms = new DeflateTerms(DeflateDirection.Full, DeflateDirection.Full, CompressionLevel.Fastest, 7);
        var agreed = new WebSocketNegotiation { Subprotocol = "a", Extensions = "x", Url = new Uri("ws://h/"), HttpVersion = new Version(2, 0), Terms = terms };
        Assert.Equal(new OpeningInfo("a", "x", new Uri("ws://h/"), new Version(2, 0), terms), OpeningInfo.Of(agreed));
        Assert.Equal(OpeningInfo.InMemory, OpeningInfo.Of(new WebSocketNegotiation()));
    }
}
