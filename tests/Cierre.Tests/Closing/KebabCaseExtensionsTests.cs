using System.Text.RegularExpressions;
using Xunit;

namespace Cierre.Tests.Closing;

public partial class KebabCaseExtensionsTests
{
    [Fact]
    public void Cause_in_kebab_case_is_its_name() =>
        Assert.All(Enum.GetValues<CloseCause>(), value => Assert.Equal(Kebab(value), value.ToKebabCase()));

    [Fact]
    public void Other_words_in_kebab_case_are_their_names()
    {
        Assert.All(Enum.GetValues<EndedBy>(), value => Assert.Equal(Kebab(value), value.ToKebabCase()));
    }

    [Fact]
    public void Value_without_a_name_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => ((CloseCause)999).ToKebabCase());

    private static string Kebab(Enum value) => InnerCapital().Replace(value.ToString(), "-$0").ToLowerInvariant();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex InnerCapital();
}
