using System.Globalization;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Closing;

public class CloseCodeInfoTests
{
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en");

    [Fact]
    public void Every_row_says_what_it_means_and_when_it_is_produced() => Assert.All([.. CloseCodes.Default.All, CloseCodes.Default.Get(65535)], row =>
    {
        Assert.NotEmpty(row.Description);
        Assert.NotEmpty(row.When(English));
        Assert.Equal(row.Description, row.Describe(English));
    });

    [Fact]
    public void Language_without_texts_falls_back_to_English() =>
        Assert.Equal(CloseCodes.Default.Get(1006).Description, CloseCodes.Default.Get(1006).Describe(CultureInfo.GetCultureInfo("fi")));

    [Theory]
    [InlineData(1000, "1000 Normal Closure")]
    [InlineData(500, "0-999")]
    public void Text_is_the_code_or_range_and_the_name(ushort code, string text) => Assert.Equal(text, CloseCodes.Default.Get(code).ToString());

    [Theory]
    [InlineData(1000)]
    [InlineData(1006)]
    [InlineData(1010)]
    [InlineData(1013)]
    [InlineData(2500)]
    [InlineData(4321)]
    public void Explanation_of_a_code(ushort code) => Golden.Check($"code.{code}.en.txt", CloseCodes.Default.Explain(code, English));

    [Fact]
    public void Explanation_of_an_added_code_uses_its_words()
    {
        CloseCodes codes = new CloseCodes().Add(4955, "Kicked", "a moderator removed the user");
        Assert.StartsWith("4955 Kicked: a moderator removed the user.\n", codes.Get(4955).Explain(English), StringComparison.Ordinal);
    }
}
