using System.Net;
using Cierre.Reconnecting;
using Xunit;
using static Cierre.Tests.Reconnecting.ReconnectRig;

namespace Cierre.Tests.Reconnecting;

/// <summary>docs/closing.md, "Whether to connect again". RFC 6455 7.2.3.</summary>
public sealed class ReconnectPlannerTests
{
    private readonly WebSocketReconnectOptions _options = new() { Random = new Always(0.5), TimeProvider = new Microsoft.Extensions.Time.Testing.FakeTimeProvider() };

    private readonly Lazy<ReconnectPlanner> _planner;

    public ReconnectPlannerTests() => _planner = new(() => new ReconnectPlanner(Url, _options));

    private double? Delay(CloseRecord last) => _planner.Value.Next(last).Delay?.TotalSeconds;

    [Fact]
    public void Lost_connection_waits_a_random_part_of_5_s_and_then_longer_each_time() =>
        Assert.Equal([2.5, 7.5, 15, 30], new[] { Lost(), Refused(), Refused(), Lost() }.Select(Delay));

    [Fact]
    public void Restarting_service_waits_5_to_30_s() => Assert.Equal(17.5, Delay(Closed(1012)));

    [Theory]
    [InlineData(1000)]
    [InlineData(1008)]
    [InlineData(3003)]
    [InlineData(4001)]
    public void Close_that_would_repeat_ends_the_sequence(ushort code) => Assert.Null(Delay(Closed(code)));

    [Fact]
    public void Close_of_our_own_ends_the_sequence() => Assert.Null(Delay(Closed(1000) with { Why = Cierre.Closing.EndReason.Requested }));

    [Fact]
    public void Growth_begins_anew_after_a_connection_that_lasted()
    {
        Assert.Equal([2.5, 7.5], [Delay(Lost()), Delay(Lost())]);
        Assert.Equal(15, Delay(Lost(19.9)));
        Assert.Equal(2.5, Delay(Lost(20)));
        Assert.Equal(7.5, Delay(Lost(1)));
    }

    [Fact]
    public void Opening_that_failed_late_has_not_lasted()
    {
        Delay(Lost());
        Assert.Equal(7.5, Delay(Refused(CloseCause.ConnectTimeout) with { Elapsed = TimeSpan.FromMinutes(1) }));
    }

    [Fact]
    public void What_lasts_is_the_options_choice()
    {
        _options.StableAfter = TimeSpan.Zero;
        Assert.Equal([2.5, 2.5, 7.5], [Delay(Lost(0)), Delay(Lost(0)), Delay(Refused())]);
    }

    [Fact]
    public void Retry_After_is_held_and_a_date_is_read_by_the_options_clock()
    {
        DateTimeOffset now = _options.TimeProvider.GetUtcNow();
        Assert.Equal(122.5, Delay(Busy("120")));
        Assert.InRange(_planner.Value.Next(Busy(now.AddHours(1).ToString("r"))).Delay!.Value, TimeSpan.FromHours(1), TimeSpan.FromHours(4));

        static CloseRecord Busy(string after) => Refused(CloseCause.HttpStatus, new HttpRefusal(HttpStatusCode.ServiceUnavailable, [new("Retry-After", after)], default));
    }

    [Fact]
    public void Retry_After_of_a_year_is_a_day_unless_the_policy_says_otherwise()
    {
        CloseRecord year = Refused(CloseCause.HttpStatus, new HttpRefusal(HttpStatusCode.ServiceUnavailable, [new("Retry-After", "31536000")], default));
        Assert.InRange(_planner.Value.Next(year).Delay!.Value, TimeSpan.FromDays(1), TimeSpan.FromDays(1) + TimeSpan.FromSeconds(5));
        _options.Policy = (last, _) => ReconnectDecision.After(TimeSpan.FromSeconds(int.Parse(last.HttpRefusal!.Headers.Single().Value, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(TimeSpan.FromDays(365), _planner.Value.Next(year).Delay);
    }

    [Fact]
    public void Only_address_of_a_service_that_sheds_load_waits_long_and_longer() =>
        Assert.Equal([90, 180, 360], new[] { Closed(1013), Closed(1013), Closed(1013) }.Select(Delay));

    [Fact]
    public void Further_addresses_are_tried_at_once_until_each_has_shed()
    {
        _options.AlternateUrls.Add(new Uri("ws://two.example/"));
        _options.AlternateUrls.Add(new Uri("ws://three.example/"));
        Assert.Equal(
            [("two.example", 0.0), ("three.example", 0.0), ("one.example", 90.0), ("two.example", 0.0), ("three.example", 0.0), ("one.example", 180.0)],
            Enumerable.Range(0, 6).Select(_ => _planner.Value.Next(Closed(1013))).Select(plan => (plan.Url.Host, plan.Delay!.Value.TotalSeconds)));
    }

    [Fact]
    public void Lost_connection_stays_with_its_address()
    {
        _options.AlternateUrls.Add(new Uri("ws://two.example/"));
        Assert.Equal("one.example", _planner.Value.Next(Lost()).Url.Host);
        Assert.Equal("two.example", _planner.Value.Next(Closed(1013)).Url.Host);
        Assert.Equal("two.example", _planner.Value.Next(Lost()).Url.Host);
    }

    [Fact]
    public void Connection_that_lasted_forgives_the_addresses_that_shed()
    {
        _options.AlternateUrls.Add(new Uri("ws://two.example/"));
        Assert.Equal(0, Delay(Closed(1013)));
        Assert.Equal(0, Delay(Closed(1013, elapsed: 60)));
    }

    [Fact]
    public void New_credentials_are_had_at_once_and_then_ever_later()
    {
        _options.CredentialsRenewal = (_, _) => new(_options);
        ReconnectPlan plan = _planner.Value.Next(Closed(3000));
        Assert.Equal((TimeSpan.Zero, true), (plan.Delay, plan.RenewsCredentials));
        Assert.Equal([7.5, 15], new[] { Closed(3000), Refused(CloseCause.HttpStatus, new HttpRefusal(HttpStatusCode.Unauthorized, [], default)) }.Select(Delay));
    }

    [Fact]
    public void Without_a_way_to_new_credentials_the_sequence_ends() => Assert.Null(Delay(Closed(3000)));

    [Fact]
    public void Policy_is_asked_with_the_record_and_the_attempt_and_decides()
    {
        var asked = new List<(int Code, int Attempt)>();
        _options.CredentialsRenewal = (_, _) => new(_options);
        _options.Policy = (last, attempt) =>
        {
            asked.Add((last.Code, attempt));
            return last.Code switch
            {
                4001 => ReconnectDecision.WithNewCredentials(TimeSpan.FromSeconds(attempt)),
                1000 => ReconnectDecision.After(TimeSpan.FromSeconds(7)),
                1001 => ReconnectDecision.Stop,
                _ => ReconnectDecision.AsAdvised,
            };
        };
        ReconnectPlan[] plans = [.. new[] { Closed(4001), Closed(1000), Closed(1001), Lost(60) }.Select(_planner.Value.Next)];
        Assert.Equal([(4001, 1), (1000, 2), (1001, 3), (1006, 1)], asked);
        Assert.Equal([1, 7, null, 2.5], plans.Select(plan => plan.Delay?.TotalSeconds));
        Assert.Equal([true, false, false, false], plans.Select(plan => plan.RenewsCredentials));
        Assert.Equal([1, 2, 3, 1], plans.Select(plan => plan.Attempt));
    }

    [Fact]
    public void Policy_that_asks_for_credentials_that_nobody_gets_is_a_mistake()
    {
        _options.Policy = (_, _) => ReconnectDecision.WithNewCredentials();
        Assert.Contains("CredentialsRenewal", Assert.Throws<InvalidOperationException>(() => Delay(Lost())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Early_losses_are_counted_while_they_follow_each_other()
    {
        Assert.Equal([1, 2, 0, 1, 0], new[] { Lost(0.5), Lost(0.9), Lost(1.1), Lost(0), Refused() }.Select(last =>
        {
            _planner.Value.Next(last);
            return _planner.Value.EarlyLosses;
        }));
    }
}
