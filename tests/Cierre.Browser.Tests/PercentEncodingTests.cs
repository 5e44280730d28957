using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>URL 1.3: percent-encoded bytes.</summary>
public sealed class PercentEncodingTests
{
    private const string Printable = " !\"#$%&'()*+,-./0:;<=>?@A[\\]^_`a{|}~";

    [Fact]
    public void Each_part_encodes_its_own_set()
    {
        Assert.Equal("%20!%22%23$%&%27()*+,-./0:;%3C=%3E?@A[\\]^_`a{|}~", PercentEncoding.Encode(Printable, PercentEncoding.Query));
        Assert.Equal("%20!%22%23$%&'()*+,-./0:;%3C=%3E%3F@A[\\]%5E_%60a%7B|%7D~", PercentEncoding.Encode(Printable, PercentEncoding.Path));
        Assert.Equal("%20!%22%23$%&'()*+,-.%2F0%3A%3B%3C%3D%3E%3F%40A%5B%5C%5D%5E_%60a%7B%7C%7D~", PercentEncoding.Encode(Printable, PercentEncoding.UserInfo));
    }

    [Fact]
    public void Controls_and_what_is_not_ASCII_are_encoded_as_UTF8() =>
        Assert.Equal("%00%1F%7F%C3%A9%E2%82%AC%F0%9F%91%8B", PercentEncoding.Encode("\0\u001F\u007F\u00E9\u20AC\U0001F44B", PercentEncoding.Query));

    [Theory]
    [InlineData("a", "a")]
    [InlineData("%61%C3%A9", "a\u00E9")]
    [InlineData("%", "%")]
    [InlineData("%6", "%6")]
    [InlineData("%zz%61", "%zza")]
    [InlineData("%ff", "\uFFFD")]
    [InlineData("%2561", "%61")]
    public void Decoding_leaves_what_is_not_encoded(string text, string decoded) => Assert.Equal(decoded, PercentEncoding.Decode(text));
}
