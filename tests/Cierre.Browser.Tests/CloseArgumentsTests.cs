using System.Text.RegularExpressions;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>WHATWG WebSockets, "validate close code and reason".</summary>
public sealed class CloseArgumentsTests
{
    [Theory]
    [InlineData(1000)]
    [InlineData(3000)]
    [InlineData(3999)]
    [InlineData(4000)]
    [InlineData(4999)]
    public void Codes_of_applications_are_taken(int code) => Assert.Equal(new CloseFrame((ushort)code, "bye"), CloseArguments.Validate((ushort)code, "bye"));

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(1001)]
    [InlineData(1005)]
    [InlineData(1006)]
    [InlineData(1011)]
    [InlineData(1015)]
    [InlineData(2999)]
    [InlineData(5000)]
    [InlineData(65535)]
    public void Others_are_an_InvalidAccessError_that_names_them(int code)
    {
        var exception = Assert.Throws<DomException>(() => CloseArguments.Validate((ushort)code, new string('x', 200)));
        Assert.Equal("InvalidAccessError", exception.Name);
        Assert.Contains($" {code} ", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", 123, true)]
    [InlineData("x", 124, false)]
    [InlineData("\u00E9", 61, true)]
    [InlineData("\u00E9", 62, false)]
    [InlineData("\\uD800", 41, true)] // three bytes each, as U+FFFD
    [InlineData("\\uD800", 42, false)]
    [InlineData("\uD83D\uDE00", 30, true)]
    [InlineData("\uD83D\uDE00", 31, false)]
    public void Reason_is_limited_in_bytes(string part, int count, bool fits)
    {
        string reason = string.Concat(Enumerable.Repeat(Regex.Unescape(part), count));
        if (fits) CloseArguments.Validate(1000, reason);
        else Assert.Equal("SyntaxError", Assert.Throws<DomException>(() => CloseArguments.Validate(1000, reason)).Name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Neither_is_an_empty_body(string? reason) => Assert.Equal(CloseFrame.Empty, CloseArguments.Validate(null, reason));

    [Fact]
    public void Reason_alone_goes_with_1000() => Assert.Equal(new CloseFrame(1000, "done"), CloseArguments.Validate(null, "done"));

    [Fact]
    public void Lone_surrogates_become_the_replacement_character() => Assert.Equal(new CloseFrame(1000, "a\uFFFD"), CloseArguments.Validate(1000, "a\uD800"));
}
