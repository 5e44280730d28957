using Cierre.Opening;
using Xunit;

namespace Cierre.Tests.Opening;

public sealed class HeaderTextTests
{
    [Fact]
    public void Printable_ascii_is_shown_as_it_is() => Assert.Equal("a \"b\" <c>~", HeaderText.Show("a \"b\" <c>~"));

    [Fact]
    public void Everything_else_is_escaped() => Assert.Equal("\\u001B[31m\\u000D\\u000A\\u00E9\\u202E", HeaderText.Show("\u001b[31m\r\n\u00e9\u202e"));

    [Fact]
    public void Text_of_100_characters_is_shown_whole() => Assert.Equal(new string('a', 100), HeaderText.Show(new string('a', 100)));

    [Fact]
    public void Longer_text_is_cut() => Assert.Equal(new string('a', 100) + "...", HeaderText.Show(new string('a', 101)));
}
