using Cierre.Opening;
using Xunit;

namespace Cierre.Tests.Opening;

public sealed class UrlUserInfoTests
{
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
    [InlineData("https://u:p@h/x@y", "https://h/x@y")]
    [InlineData("//u:p@h/", "//h/")]
    [InlineData("/x@y", "/x@y")]
    [InlineData("ws://h", "ws://h")]
    [InlineData("ws://u:p@h", "ws://h")]
    public void Text_of_a_URL_is_shown_without_them(string text, string shown) => Assert.Equal(shown, UrlUserInfo.Hide(text));

    [Theory]
    [InlineData("u:p@h", "***@h")]
    [InlineData("ws://u:p/q@h", "***@h")]
    [InlineData("ws:/u", "ws:/u")]
    public void In_doubt_all_before_the_at_sign_is_left_out(string text, string shown) => Assert.Equal(shown, UrlUserInfo.HideInDoubt(text));
}
