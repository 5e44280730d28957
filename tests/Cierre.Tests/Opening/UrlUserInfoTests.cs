using Cierre.Opening;
using CsCheck;
using Xunit;

namespace Cierre.Tests.Opening;

public sealed class UrlUserInfoTests
{
    private const string Secret = "s3cret";

    [Theory]
    [InlineData("ws://u:p@h/", "u", "p")]
    [InlineData("wss://u@h/", "u", "")]
    [InlineData("ws://:p@h/", "", "p")]
    [InlineData("ws://a%40b:c%3Ad%2F%20@h/", "a@b", "c:d/ ")]
    [InlineData("ws://u:p:q@h/", "u", "p:q")]
    [InlineData("ws://%C3%A9:%E2%82%AC@h/", "é", "€")]
    public void User_name_and_password_are_unescaped(string url, string user, string password)
    {
        var credentials = UrlUserInfo.CredentialsOf(new Uri(url));
        Assert.Equal((user, password), (credentials!.UserName, credentials.Password));
    }

    [Theory]
    [InlineData("ws://h/a@b")]
    [InlineData("ws://h/?u:p@h")]
    public void At_sign_behind_the_host_is_none(string url) => Assert.Null(UrlUserInfo.CredentialsOf(new Uri(url)));

    [Theory]
    [InlineData("ws://u%3Ax:p@h/")]
    [InlineData("ws://u%0Ax:p@h/")]
    [InlineData("ws://u:p%00@h/")]
    public void What_Basic_cannot_carry_is_refused_and_not_shown(string url)
    {
        var refused = Assert.Throws<ArgumentException>(() => UrlUserInfo.CredentialsOf(new Uri(url)));
        Assert.DoesNotContain("u:", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ws://u:p@h:81/a%7Eb?c=@d", "ws://h:81/a~b?c=@d")]
    [InlineData("wss://u:p%40@[::1]:9/", "wss://[::1]:9/")]
    [InlineData("ws://h/a@b", "ws://h/a@b")]
    public void Url_without_them_is_the_same_otherwise(string url, string expected) => Assert.Equal(expected, UrlUserInfo.Without(new Uri(url)).AbsoluteUri);

    [Fact]
    public void Url_without_them_keeps_path_and_query_as_they_are_written()
    {
        var url = new Uri("ws://u:p@h/%7e/%41?%2f", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        Assert.Equal(("/%7e/%41?%2f", ""), (UrlUserInfo.Without(url).PathAndQuery, UrlUserInfo.Without(url).UserInfo));
    }

    [Theory]
    [InlineData("ws:\\\\u:p@h/a//b@c", "ws://h/a//b@c")]
    [InlineData("ws:/\\u:p@h?x=//y@z", "ws://h/?x=//y@z")]
    [InlineData("ws:\\\\u:p@[::1]:9/a//b@c", "ws://[::1]:9/a//b@c")]
    [InlineData(" \tws://u:p@h//@", "ws://h//@")]
    [InlineData("ws://u:p@h/#//x@y", "ws://h/#//x@y")]
    public void Url_without_them_is_what_its_parser_read(string url, string expected)
    {
        Uri without = UrlUserInfo.Without(new Uri(url));
        Assert.Equal((expected, ""), (without.AbsoluteUri, without.UserInfo));
    }

    [Fact]
    public void Zone_of_an_address_stays_without_them()
    {
        Assert.Equal("fe80::1%25eth0", UrlUserInfo.Without(new Uri("ws://u:p@[fe80::1%25eth0]/")).IdnHost);
        Assert.Equal("fe80::1%25eth0", UrlUserInfo.Without(new Uri("ws:\\\\u:p@[fe80::1%25eth0]/a//b@c")).IdnHost);
    }

    /// <summary>Whatever the text: the password is shown only where a parser of URLs read it as something else, a path for instance.</summary>
    [Fact]
    public void Password_is_never_shown()
    {
        Gen<string> schemes = AnyOf("ws", "wss", "http", "HTTPS", "ftp", "foo", "mailto", "file", "w s", "");
        Gen<string> colons = AnyOf(":", "", "::", " :");
        Gen<string> slashes = AnyOf('/', '\\').Array[0, 4].Select(all => new string(all));
        Gen<string> odd = AnyOf("", "", "", "@", "%40", "/", "\\", "//", "?", "#", ":", "\n", "[", "%", "é", " ");
        Gen<string> ats = AnyOf("@", "@", "@", "%40", "\uFF20");
        Gen<string> hosts = AnyOf("h", "h:81", "[::1]:9", "[fe80::1%25eth0]", "例え.テスト", "", "h h");
        Gen<string> paths = AnyOf("", "/", "/a//b@c", "\\a\\b@c", "?//x@y", "/a?b@c", "#//x@y", "/\\@/");
        Gen.Select(Gen.Select(schemes, colons, slashes, odd), Gen.Select(odd, odd, ats), Gen.Select(hosts, paths))
            .Select((start, middle, end) => $"{start.Item1}{start.Item2}{start.Item3}{start.Item4}u:{middle.Item1}{Secret}{middle.Item2}{middle.Item3}{end.Item1}{end.Item2}")
            .Sample(IsHidden, iter: 20_000, print: text => text);
    }

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static bool IsHidden(string text)
    {
        // A reference without a scheme has that of what refers to it.
        string reference = text.TrimStart(), absolute = reference is ['/' or '\\', '/' or '\\', ..] ? "http:" + reference : reference;
        bool isUrl = Uri.TryCreate(absolute, UriKind.Absolute, out Uri? url) && url.Host.Length != 0;
        if (!isUrl) return !UrlUserInfo.Hide(text).Contains(Secret, StringComparison.Ordinal) && !UrlUserInfo.HideInDoubt(text).Contains(Secret, StringComparison.Ordinal);
        if (!url!.UserInfo.Contains(Secret, StringComparison.Ordinal)) return true;
        if (url.Scheme == "mailto") return !UrlUserInfo.Hide(text).Contains(Secret, StringComparison.Ordinal);
        Uri without = UrlUserInfo.Without(url);
        return without.UserInfo.Length == 0
            && (without.Scheme, without.Host, without.Port, without.PathAndQuery) == (url.Scheme, url.Host, url.Port, url.PathAndQuery)
            && !$"{without.OriginalString} {without.AbsoluteUri} {without} {UrlUserInfo.Hide(text)} {WebSocketUrl.ToDisplayString(url)} {WebSocketUrl.ToDisplayString(text)}".Contains(Secret, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://u:p@h/x@y", "https://h/x@y")]
    [InlineData("//u:p@h/", "//h/")]
    [InlineData("\\\\u:p@h/a//b@c", "\\\\h/a//b@c")]
    [InlineData("/\\u:p@h", "/\\h")]
    [InlineData("ws:/u:p@h/", "***@h/")]
    [InlineData("foo:u:p@h", "***@h")]
    [InlineData("/u:p@h", "***@h")]
    [InlineData("u@h/", "***@h/")]
    [InlineData("ws:\\u:p@h/a//b@c", "***@c")]
    [InlineData("/x@y", "/x@y")]
    [InlineData("ws://h", "ws://h")]
    [InlineData("ws://u:p@h", "ws://h")]
    public void Text_of_a_URL_is_shown_without_them(string text, string shown) => Assert.Equal(shown, UrlUserInfo.Hide(text));

    [Theory]
    [InlineData("u:p@h", "***@h")]
    [InlineData("ws://u:p/q@h", "***@h")]
    [InlineData("ws://u:p%40h/", "***%40h/")]
    [InlineData("u:p\uFF20h", "***\uFF20h")]
    [InlineData("ws:/u", "ws:/u")]
    public void In_doubt_all_before_the_at_sign_is_left_out(string text, string shown) => Assert.Equal(shown, UrlUserInfo.HideInDoubt(text));
}
