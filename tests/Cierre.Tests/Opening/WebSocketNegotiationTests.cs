using System.IO.Compression;
using Cierre.Deflate;
using Xunit;

namespace Cierre.Tests.Opening;

public sealed class WebSocketNegotiationTests
{
    [Fact]
    public void Nothing_agreed_on_is_the_default()
    {
        var agreed = new WebSocketNegotiation();
        Assert.Equal((null, "", null, new Version(1, 1)), (agreed.Subprotocol, agreed.Extensions, agreed.Url, agreed.HttpVersion));
    }

    [Fact]
    public void Copy_with_another_subprotocol_or_other_terms_has_all_else()
    {
        var terms = new DeflateTerms(DeflateDirection.Full, DeflateDirection.Full, CompressionLevel.Fastest, 7);
        var agreed = new WebSocketNegotiation { Subprotocol = "a", Extensions = "x", Url = new Uri("ws://h/"), HttpVersion = new Version(2, 0), Terms = terms };
        Assert.Equal(("a", "x", new Uri("ws://h/"), new Version(2, 0), null), All(agreed.With(terms: null)));
        Assert.Equal(("b", "x", new Uri("ws://h/"), new Version(2, 0), terms), All(agreed.With("b")));

        static (string?, string, Uri?, Version, DeflateTerms?) All(WebSocketNegotiation of) => (of.Subprotocol, of.Extensions, of.Url, of.HttpVersion, of.Terms);
    }

    [Fact]
    public void What_cannot_be_missing_is_not_null()
    {
        Assert.Throws<ArgumentNullException>("Extensions", () => new WebSocketNegotiation { Extensions = null! });
        Assert.Throws<ArgumentNullException>("HttpVersion", () => new WebSocketNegotiation { HttpVersion = null! });
    }
}
