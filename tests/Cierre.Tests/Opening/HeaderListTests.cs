using Cierre.Opening;
using Xunit;

namespace Cierre.Tests.Opening;

public sealed class HeaderListTests
{
    [Fact]
    public void Elements_come_in_order_from_all_lines_without_the_white_space_around_them() =>
        Assert.Equal(["a", "b c", "d"], HeaderList.Elements([" a ,\tb c", "d"]));

    [Fact]
    public void Empty_elements_count_for_nothing() => Assert.Equal(["a", "b"], HeaderList.Elements(["", ",a,, ,b,", " "]));

    [Theory]
    [InlineData("Upgrade", true)]
    [InlineData("keep-alive, UPGRADE", true)]
    [InlineData("upgrades", false)]
    [InlineData("keep-alive upgrade", false)]
    [InlineData("", false)]
    public void A_token_is_found_whatever_its_case_and_only_whole(string value, bool found) =>
        Assert.Equal(found, HeaderList.Contains([value], "upgrade"));

    [Fact]
    public void A_token_is_found_on_any_line() => Assert.True(HeaderList.Contains(["keep-alive", "upgrade"], "upgrade"));

    [Fact]
    public void Lines_are_joined_by_commas() => Assert.Equal("a, b", HeaderList.Join(["a", "b"]));
}
