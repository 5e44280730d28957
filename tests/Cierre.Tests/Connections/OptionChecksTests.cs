using Cierre.Connections;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class OptionChecksTests
{
    [Fact]
    public void Wait_that_has_an_end_is_positive_and_at_most_24_days()
    {
        Assert.Equal(TimeSpan.FromDays(24), OptionChecks.Check(TimeSpan.FromDays(24), "Wait"));
        Assert.Equal(TimeSpan.Zero, OptionChecks.Check(TimeSpan.Zero, "Wait", mayBeZero: true));
        ShouldRefuse(() => OptionChecks.Check(TimeSpan.Zero, "Wait"), "A time above zero and of at most 24 days; this one cannot be switched off.");
        ShouldRefuse(() => OptionChecks.Check(TimeSpan.FromDays(25), "Wait"), "A time above zero and of at most 24 days; this one cannot be switched off.");
        ShouldRefuse(() => OptionChecks.Check(Timeout.InfiniteTimeSpan, "Wait", mayBeZero: true), "A time of zero or more and of at most 24 days; this one cannot be switched off.");
    }

    [Fact]
    public void Time_that_can_be_switched_off_may_be_infinite() => Assert.Equal(Timeout.InfiniteTimeSpan, OptionChecks.CheckOrOff(Timeout.InfiniteTimeSpan, "Wait"));

    [Fact]
    public void Time_that_another_s_caller_has_chosen_is_cut_to_what_is_possible()
    {
        Assert.Equal(TimeSpan.FromSeconds(5), OptionChecks.AtMost(TimeSpan.FromSeconds(5)));
        Assert.Equal(TimeSpan.FromDays(24), OptionChecks.AtMost(TimeSpan.MaxValue));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    [InlineData(25 * 86400_000L)]
    public void Time_that_can_be_switched_off_has_bounds(long milliseconds) =>
        Assert.Equal("Wait", Assert.Throws<ArgumentOutOfRangeException>(() => OptionChecks.CheckOrOff(TimeSpan.FromMilliseconds(milliseconds), "Wait")).ParamName);

    [Fact]
    public void Number_that_no_name_stands_for_is_refused_with_the_names()
    {
        Assert.Equal(DayOfWeek.Friday, OptionChecks.Defined(DayOfWeek.Friday, "Day"));
        ShouldRefuse(() => OptionChecks.Defined((PathKind)7, "Wait"), "One of Straight, Curved.");
    }

    private static void ShouldRefuse(Func<object> check, string sentence)
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => check());
        Assert.Equal("Wait", refused.ParamName);
        Assert.StartsWith(sentence, refused.Message, StringComparison.Ordinal);
    }

    private enum PathKind
    {
        Straight,
        Curved,
    }
}
