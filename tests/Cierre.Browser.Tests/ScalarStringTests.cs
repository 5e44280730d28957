using System.Text.RegularExpressions;
using Xunit;

namespace Cierre.Browser.Tests;

/// <remarks>An attribute keeps its strings as UTF-8, which has no lone surrogates: they are escaped twice.</remarks>
public sealed class ScalarStringTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("abc", "abc")]
    [InlineData("a\\uD83D\\uDE00b", "a\\uD83D\\uDE00b")]
    [InlineData("\\uD83D", "\\uFFFD")]
    [InlineData("\\uDE00", "\\uFFFD")]
    [InlineData("\\uDE00\\uD83D", "\\uFFFD\\uFFFD")]
    [InlineData("a\\uD83Db\\uD83D\\uDE00\\uD83D", "a\\uFFFDb\\uD83D\\uDE00\\uFFFD")]
    public void Lone_surrogates_become_the_replacement_character(string text, string expected) =>
        Assert.Equal(Regex.Unescape(expected), ScalarString.Of(Regex.Unescape(text)));

    [Fact]
    public void What_has_none_is_not_copied()
    {
        string text = "a\uD83D\uDE00b";
        Assert.Same(text, ScalarString.Of(text));
    }
}
