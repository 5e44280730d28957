using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>WHATWG WebSockets 3.1 and the URL standard, as far as it concerns ws and wss.</summary>
public sealed class UrlRecordTests
{
    [Theory]
    [InlineData("ws://example.org", "ws://example.org/", "ws://example.org")]
    [InlineData("wss://example.org/chat?x=1", "wss://example.org/chat?x=1", "wss://example.org")]
    [InlineData("http://example.org/", "ws://example.org/", "ws://example.org")]
    [InlineData("https://example.org:8443/a", "wss://example.org:8443/a", "wss://example.org:8443")]
    [InlineData("HTTPS://EXAMPLE.org:443/A", "wss://example.org/A", "wss://example.org")]
    [InlineData("ws://example.org:80/", "ws://example.org/", "ws://example.org")]
    [InlineData("wss://example.org:80/", "wss://example.org:80/", "wss://example.org:80")]
    [InlineData("ws://[::1]:9/x", "ws://[::1]:9/x", "ws://[::1]:9")]
    [InlineData("ws://user:pass@example.org/", "ws://user:pass@example.org/", "ws://example.org")]
    [InlineData("ws://b\u00FCcher.example/", "ws://xn--bcher-kva.example/", "ws://xn--bcher-kva.example")]
    [InlineData("ws://example.org/a/../b/./c", "ws://example.org/b/c", "ws://example.org")]
    [InlineData("ws://example.org/\u00E9 x", "ws://example.org/%C3%A9%20x", "ws://example.org")]
    [InlineData(" \u0001ws://exam\tple.org/a\r\nb \u001F", "ws://example.org/ab", "ws://example.org")]
    [InlineData("ws:example.org", "ws://example.org/", "ws://example.org")]
    [InlineData("ws:\\\\example.org\\a", "ws://example.org/a", "ws://example.org")]
    [InlineData("ws:\\\\example.org\\a?b\\c", "ws://example.org/a?b\\c", "ws://example.org")]
    [InlineData("ws://example.org/%7e%41%zz%2F?%7e", "ws://example.org/%7e%41%zz%2F?%7e", "ws://example.org")]
    [InlineData("ws://example.org/a\"b<c>d`e{f}^g|'h", "ws://example.org/a%22b%3Cc%3Ed%60e%7Bf%7D%5Eg|'h", "ws://example.org")]
    [InlineData("ws://example.org?a\"b<c>d`e{f}^g|'h", "ws://example.org/?a%22b%3Cc%3Ed`e{f}^g|%27h", "ws://example.org")]
    [InlineData("ws://example.org/?", "ws://example.org/?", "ws://example.org")]
    [InlineData("ws://example.org/a/%2E%2e/.%2e/b/%2e", "ws://example.org/b/", "ws://example.org")]
    [InlineData("ws://example.org/a//../..", "ws://example.org/", "ws://example.org")]
    [InlineData("ws://us er:p@s:s@example.org/", "ws://us%20er:p%40s%3As@example.org/", "ws://example.org")]
    [InlineData("ws://:@example.org/", "ws://example.org/", "ws://example.org")]
    [InlineData("ws://user:@example.org/", "ws://user@example.org/", "ws://example.org")]
    [InlineData("ws://example.org:/", "ws://example.org/", "ws://example.org")]
    [InlineData("ws://example.org:00081/", "ws://example.org:81/", "ws://example.org:81")]
    [InlineData("ws://ex%61mple.org/", "ws://example.org/", "ws://example.org")]
    [InlineData("ws://127.0.0.1./", "ws://127.0.0.1/", "ws://127.0.0.1")]
    public void Url_is_serialized_as_the_standard_does(string url, string href, string origin)
    {
        UrlRecord record = UrlRecord.Parse(url);
        Assert.Equal((href, origin), (record.Href, record.Origin));
        Assert.Equal(href[..href.IndexOf(':', StringComparison.Ordinal)], record.Address.Scheme);
    }

    [Theory]
    [InlineData("", "relative")]
    [InlineData("/chat", "relative")]
    [InlineData("//example.org/chat", "relative")]
    [InlineData("chat?url=ws://example.org", "relative")]
    [InlineData("ftp://example.org/", "scheme 'ftp'")]
    [InlineData("example.org:80", "scheme 'example.org'")]
    [InlineData("javascript:alert(1)", "scheme 'javascript'")]
    [InlineData("ws://example.org/#", "fragment")]
    [InlineData("ws://example.org/#there", "fragment")]
    [InlineData("ws://", "host or port")]
    [InlineData("ws://example.org:99999/", "host or port")]
    [InlineData("ws://example.org:65536/", "host or port")]
    [InlineData("ws://example.org:000000000000000099999/", "host or port")]
    [InlineData("ws://example.org:-1/", "host or port")]
    [InlineData("ws://user@/", "host or port")]
    [InlineData("ws://exa mple.org/", "host or port")]
    [InlineData("ws://exa%20mple.org/", "host or port")]
    public void What_cannot_be_a_WebSocket_URL_is_a_SyntaxError_that_says_why(string url, string why)
    {
        var exception = Assert.Throws<DomException>(() => UrlRecord.Parse(url));
        Assert.Equal(("SyntaxError", DomException.SyntaxErr), (exception.Name, exception.Code));
        Assert.Contains(why, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lone_surrogates_become_the_replacement_character() => Assert.Equal("ws://example.org/%EF%BF%BD", UrlRecord.Parse("ws://example.org/\uD800").Href);

    [Fact]
    public void Null_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => UrlRecord.Parse(null!));
        Assert.Throws<ArgumentNullException>(() => UrlRecord.Subprotocols(null!));
        Assert.Throws<ArgumentNullException>(() => UrlRecord.Subprotocols([null!]));
    }

    [Theory]
    [InlineData]
    [InlineData("chat")]
    [InlineData("chat.v2", "chat.v1", "!#$%&'*+-.^_`|~")]
    public void Subprotocols_that_are_tokens_are_taken_in_their_order(params string[] names) => Assert.Equal(names, UrlRecord.Subprotocols(names));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("caf\u00E9")]
    [InlineData("a", "a")]
    [InlineData("chat", "CHAT")]
    public void Other_subprotocols_are_a_SyntaxError(params string[] names) =>
        Assert.Equal("SyntaxError", Assert.Throws<DomException>(() => UrlRecord.Subprotocols(names)).Name);
}
