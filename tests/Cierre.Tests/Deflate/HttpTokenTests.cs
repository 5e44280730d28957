using Cierre.Deflate;
using Xunit;

namespace Cierre.Tests.Deflate;

public sealed class HttpTokenTests
{
    [Fact]
    public void Of_ascii_only_letters_digits_and_the_fifteen_marks_make_a_token()
    {
        for (var character = '\0'; character < 256; character++)
        {
            var expected = char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal);

            Assert.Equal(expected, HttpToken.IsToken([character]));
        }
    }

    [Fact]
    public void The_empty_text_is_no_token() => Assert.False(HttpToken.IsToken(""));

    [Theory]
    [InlineData("", 0)]
    [InlineData(" a", 0)]
    [InlineData("a=b", 1)]
    [InlineData("abc", 3)]
    public void The_token_at_the_start_ends_before_the_first_other_character(string text, int length) =>
        Assert.Equal(length, HttpToken.LengthAtStart(text));
}
