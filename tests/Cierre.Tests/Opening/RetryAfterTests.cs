using Cierre.Opening;
using Xunit;

namespace Cierre.Tests.Opening;

public class RetryAfterTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static TimeSpan? Delay(params (string Name, string Value)[] headers) =>
        RetryAfter.Delay([.. headers.Select(header => KeyValuePair.Create(header.Name, header.Value))], Now);

    [Fact]
    public void Seconds_are_the_delay() => Assert.Equal(TimeSpan.FromSeconds(120), Delay(("retry-after", "120")));

    [Fact]
    public void Date_is_compared_with_the_date_of_the_same_answer_whatever_our_clock_says() =>
        Assert.Equal(TimeSpan.FromSeconds(90), Delay(("Date", "Tue, 01 Jan 2030 10:00:00 GMT"), ("Retry-After", "Tue, 01 Jan 2030 10:01:30 GMT")));

    [Fact]
    public void Date_is_compared_with_the_given_time_where_the_answer_has_none() =>
        Assert.Equal(TimeSpan.FromSeconds(30), Delay(("Retry-After", "Thu, 01 Jan 2026 00:00:30 GMT")));

    [Fact]
    public void Date_in_the_past_is_no_delay() => Assert.Equal(TimeSpan.Zero, Delay(("Retry-After", "Wed, 31 Dec 2025 00:00:00 GMT")));

    [Theory]
    [InlineData("86400", 86_400)]
    [InlineData("86399", 86_399)]
    [InlineData("86401", 86_400)]
    [InlineData("315360000", 86_400)]
    [InlineData("2147483648", 86_400)]
    [InlineData("99999999999999999999999999", 86_400)]
    [InlineData("Fri, 02 Jan 2026 00:00:01 GMT", 86_400)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 86_400)]
    [InlineData(" 0007 ", 7)]
    public void More_than_a_day_is_a_day(string value, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Delay(("Retry-After", value)));

    [Theory]
    [InlineData("soon")]
    [InlineData("1.5")]
    [InlineData("7 s")]
    [InlineData("\u0661")]
    [InlineData("-5")]
    [InlineData("")]
    public void What_is_neither_is_ignored(string value) => Assert.Null(Delay(("Retry-After", value)));

    [Fact]
    public void Answer_without_the_header_has_no_delay() => Assert.Null(Delay());
}
