using Cierre.Opening;
using Xunit;

namespace Cierre.Tests.Opening;

public sealed class UrlTextTests
{
    [Theory]
    [InlineData("http://h/a", "ws://h/a")]
    [InlineData("https://h/a", "wss://h/a")]
    [InlineData("HTTPS://H:443/", "wss://h/")]
    [InlineData("http://h:443/", "ws://h:443/")]
    [InlineData("https://h:80/", "wss://h:80/")]
    [InlineData("http://[::1]:9/", "ws://[::1]:9/")]
    [InlineData("https://u:p@h/a%2Fb%20c?d=%26", "wss://u:p@h/a%2Fb%20c?d=%26")]
    [InlineData("wss://h/a", "wss://h/a")]
    public void Http_means_the_same(string url, string address) => Assert.Equal(address, UrlText.AddressOf(new Uri(url)).AbsoluteUri);

    [Theory]
    [InlineData("http://h/%7e/%41%2F%e4?%2f%5B=%41")]
    [InlineData("https://h/a%2Fb%2e%2e/c?x=%7E")]
    public void Escapes_of_path_and_query_stay_as_they_are_written(string url)
    {
        var written = new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        Assert.Equal(written.PathAndQuery, UrlText.AddressOf(written).PathAndQuery);
        var plain = new Uri(url);
        Assert.Equal(plain.PathAndQuery, UrlText.AddressOf(plain).PathAndQuery);
    }

    [Fact]
    public void Zone_of_an_address_stays() => Assert.Equal("fe80::1%25eth0", UrlText.AddressOf(new Uri("http://[fe80::1%25eth0]/")).IdnHost);

    [Theory]
    [InlineData("/relative", "relative")]
    [InlineData("ftp://h/", "scheme")]
    [InlineData("ws://h/#f", "fragment")]
    [InlineData("ws://a%3Ab@h/", "colon")]
    [InlineData("ws://\uFF20例え.テスト/", "host")]
    public void What_is_no_address_is_refused_in_words(string url, string word) =>
        Assert.Contains(word, Assert.Throws<ArgumentException>(() => UrlText.AddressOf(new Uri(url, UriKind.RelativeOrAbsolute))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("/a b", "U+0020")]
    [InlineData("/?a b", "U+0020")]
    [InlineData("/a\tb", "U+0009")]
    [InlineData("/ HTTP/1.1\r\nX: y", "U+0020")]
    [InlineData("/?\r\nX:y", "U+000D")]
    [InlineData("/\u00fc", "U+00FC")]
    [InlineData("/?\u2028", "U+2028")]
    [InlineData("/?\u007f", "U+007F")]
    [InlineData("/a#f", "fragment")]
    [InlineData("/a?#f", "fragment")]
    public void Path_that_would_break_the_request_line_is_refused(string pathAndQuery, string word)
    {
        foreach (string scheme in (string[])["ws", "https"])
        {
            var raw = new Uri($"{scheme}://h{pathAndQuery}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            Assert.Contains(word, Assert.Throws<ArgumentException>(() => UrlText.AddressOf(raw)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ftp://u:secret@h/")]
    [InlineData("ws://u:secret@h/#f")]
    [InlineData("user:secret@h")]
    [InlineData("//u:secret@h/")]
    [InlineData("ws:\\\\u:secret@h/a//b@c#f")]
    [InlineData("ftp:\\\\u:secret@h/a//b@c")]
    [InlineData("foo:u:secret@h")]
    [InlineData("mailto:u:secret@h")]
    [InlineData("ws://u:secret@\uFF20例え.テスト/")]
    public void Password_is_not_in_the_message(string url) =>
        Assert.DoesNotContain("secret", Assert.Throws<ArgumentException>(() => UrlText.AddressOf(new Uri(url, UriKind.RelativeOrAbsolute))).Message, StringComparison.Ordinal);
}
