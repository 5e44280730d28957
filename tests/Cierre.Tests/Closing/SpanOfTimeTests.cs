using System.Globalization;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public class SpanOfTimeTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(0.12, "120 ms")]
    [InlineData(61.44, "61.4 s")]
    [InlineData(605, "10 min 5 s")]
    [InlineData(7200 + 60, "2 h 1 min")]
    [InlineData(86400 * 3 + 3600, "3 d 1 h")]
    public void Unit_fits_the_span(double seconds, string text) =>
        Assert.Equal(text, SpanOfTime.In(CultureInfo.InvariantCulture, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Number_is_written_as_the_language_does() =>
        Assert.Equal("61,4 s", SpanOfTime.In(CultureInfo.GetCultureInfo("es"), TimeSpan.FromSeconds(61.4)));

    [Fact]
    public void Number_is_written_as_in_English_where_the_words_are() =>
        Assert.Equal("61.4 s", SpanOfTime.In(CultureInfo.GetCultureInfo("fi"), TimeSpan.FromSeconds(61.4)));
}
