using Xunit;

namespace Cierre.Tests.Opening;

public sealed class WebSocketUrlTests
{
    [Theory]
    [InlineData("ws://u:p@h:81/a%7Eb?c=@d", "ws://h:81/a~b?c=@d")]
    [InlineData("ws:\\\\u:p@h/a//b@c", "ws://h/a//b@c")]
    [InlineData("ws://h/é", "ws://h/%C3%A9")]
    [InlineData("//u:p@h/", "//h/")]
    [InlineData("/a", "/a")]
    public void Url_is_shown_without_user_name_and_password(string url, string shown) =>
        Assert.Equal(shown, WebSocketUrl.ToDisplayString(new Uri(url, UriKind.RelativeOrAbsolute)));

    [Fact]
    public void Path_and_query_are_shown_as_they_are_written() =>
        Assert.Equal("ws://h/%7e?%2f", WebSocketUrl.ToDisplayString(new Uri("ws://u:p@h/%7e?%2f", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })));

    [Theory]
    [InlineData("ws://u:p@h/", "ws://h/")]
    [InlineData("ws:/u:p@h/\u001b[31m", "***@h/\\u{001B}[31m")]
    [InlineData("nothing to hide", "nothing to hide")]
    public void Text_is_shown_without_what_may_be_a_password_and_in_one_line(string text, string shown) => Assert.Equal(shown, WebSocketUrl.ToDisplayString(text));
}
