using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public class UntrustedTextTests
{
    [Theory]
    [InlineData("añb€ 😀 \"x\" \\", "añb€ 😀 \"x\" \\")]
    [InlineData("a\r\nb\tc", @"a\r\nb\tc")]
    [InlineData("\u001b[31mred\u0007\0\u007f", @"\u{001B}[31mred\u{0007}\u{0000}\u{007F}")]
    [InlineData("\u0080\u0085\u009b", @"\u{0080}\u{0085}\u{009B}")]
    [InlineData("\u2028\u2029", @"\u{2028}\u{2029}")]
    [InlineData("\u202a\u202b\u202c\u202d\u202e", @"\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}")]
    [InlineData("\u2066\u2067\u2068\u2069", @"\u{2066}\u{2067}\u{2068}\u{2069}")]
    [InlineData("\u061c\u200e\u200f", @"\u{061C}\u{200E}\u{200F}")]
    public void What_moves_the_cursor_or_turns_the_text_is_escaped(string text, string shown) => Assert.Equal(shown, UntrustedText.Escape(text));

    [Fact]
    public void Lone_surrogate_is_escaped() => Assert.Equal(@"a\u{D800}b\u{DC00}\u{D83D}", UntrustedText.Escape("a\uD800b\uDC00\uD83D"));

    [Fact]
    public void Quotation_cannot_be_ended_by_the_text() => Assert.Equal("\"a\\\" clean \\\\\"", UntrustedText.Quote("a\" clean \\"));

    [Fact]
    public void Text_of_the_longest_length_stays_whole() => Assert.Equal("😀😀", UntrustedText.Escape("😀😀", 2));

    [Fact]
    public void Longer_text_is_cut_at_a_code_point() => Assert.Equal("😀😀…", UntrustedText.Escape("😀😀x", 2));

    [Fact]
    public void Text_is_cut_at_200_code_points_unless_all_of_it_is_asked_for()
    {
        string text = new('x', 300);
        Assert.Equal((201, 203), (UntrustedText.Escape(text).Length, UntrustedText.Quote(text).Length));
        Assert.Equal((text, $"\"{text}\""), (UntrustedText.Escape(text, null), UntrustedText.Quote(text, null)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Length_that_keeps_nothing_is_refused(int length)
    {
        Assert.Throws<ArgumentOutOfRangeException>("maxLength", () => UntrustedText.Escape("x", length));
        Assert.Throws<ArgumentOutOfRangeException>("maxLength", () => UntrustedText.Quote("x", length));
    }
}
