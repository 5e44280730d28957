using System.Globalization;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public class CloseEvidenceTests
{
    private static readonly CultureInfo English = CultureInfo.InvariantCulture;

    private static CloseRecord Lost(double elapsed, double? received = null, double? sent = null, int pings = 0, long sentBytes = 0, CloseCause cause = CloseCause.EndOfStream) => new()
    {
        Why = new EndReason(cause, new CloseDetail("EndOfStream")),
        Elapsed = TimeSpan.FromSeconds(elapsed),
        Traffic = new ConnectionTraffic(1, 1, 1, 1, pings, 0, At(received), At(sent), sentBytes, At(sent)),
    };

    private static TimeSpan? At(double? seconds) => seconds is { } value ? TimeSpan.FromSeconds(value) : null;

    private static string? Suggestion(CloseRecord record) => CloseEvidence.Suggestion(record, English);

    [Theory]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(120)]
    [InlineData(240)]
    [InlineData(300)]
    [InlineData(350)]
    public void Silence_of_a_common_idle_timeout_suggests_one(int seconds)
    {
        Assert.Contains($"an idle timeout of {seconds} s", Suggestion(Lost(17 + seconds, received: 17, sent: 3)), StringComparison.Ordinal);
        Assert.Contains($"an idle timeout of {seconds} s", Suggestion(Lost(17 + seconds + 1.2, received: 3, sent: 17, cause: CloseCause.ConnectionReset)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(57)]
    [InlineData(63)]
    [InlineData(90)]
    public void Other_silence_suggests_nothing(int seconds) => Assert.Null(Suggestion(Lost(17 + seconds, received: 17)));

    [Fact]
    public void Silence_counts_both_ways() => Assert.Null(Suggestion(Lost(77, received: 17, sent: 50)));

    [Fact]
    public void Pings_of_unknown_time_speak_against_an_idle_timeout() => Assert.Null(Suggestion(Lost(77, received: 17, pings: 3)));

    [Fact]
    public void Connection_on_which_nothing_passed_was_silent_since_it_opened() => Assert.Contains("60 s", Suggestion(Lost(60.3)), StringComparison.Ordinal);

    [Fact]
    public void Loss_within_a_second_of_opening_suggests_a_proxy_only_if_it_repeats() =>
        Assert.StartsWith("If this happens again and again", Suggestion(Lost(0.8)), StringComparison.Ordinal);

    [Theory]
    [InlineData("en", "3 connections in a row were lost")]
    [InlineData("es", "3 conexiones seguidas se perdieron")]
    public void Loss_within_a_second_that_did_repeat_suggests_it_outright(string culture, string words) =>
        Assert.StartsWith(words, CloseEvidence.Suggestion(Lost(0.8) with { EarlyLossesBefore = 2 }, CultureInfo.GetCultureInfo(culture)), StringComparison.Ordinal);

    [Fact]
    public void Early_losses_of_others_say_nothing_of_a_connection_that_lived() => Assert.Null(Suggestion(Lost(5, 5) with { EarlyLossesBefore = 2 }));

    [Theory]
    [InlineData(0.8, CloseCause.EndOfStream, true)]
    [InlineData(0.8, CloseCause.ConnectionReset, true)]
    [InlineData(1.2, CloseCause.EndOfStream, false)]
    [InlineData(0.8, CloseCause.CloseTimeout, false)]
    public void Early_loss_is_one_within_a_second_that_nobody_decided(double elapsed, CloseCause cause, bool early)
    {
        Assert.Equal(early, CloseEvidence.IsEarlyLoss(Lost(elapsed, cause: cause)));
        Assert.False(CloseEvidence.IsEarlyLoss(Lost(elapsed, cause: cause) with { WasOpen = false }));
    }

    [Fact]
    public void Ping_after_a_large_send_does_not_make_the_send_recent()
    {
        CloseRecord lost = Lost(65, 40, 30, sentBytes: 1_000_000, cause: CloseCause.ConnectionReset);
        Assert.Null(Suggestion(lost with { Traffic = lost.Traffic with { LastSent = At(64.9) } }));
    }

    [Theory]
    [InlineData(600.4, 10)]
    [InlineData(3600.9, 60)]
    public void Round_lifetime_of_a_busy_connection_suggests_a_maximum_age(double elapsed, int minutes) =>
        Assert.Contains($"a maximum age of {minutes} min", Suggestion(Lost(elapsed, received: elapsed - 2, sent: elapsed - 3)), StringComparison.Ordinal);

    [Fact]
    public void Reset_right_after_a_large_send_suggests_a_limit()
    {
        Assert.Contains("1000000 bytes", Suggestion(Lost(60, 40, 59.8, sentBytes: 1_000_000, cause: CloseCause.ConnectionReset)), StringComparison.Ordinal);
        Assert.Null(Suggestion(Lost(61.9, 40, 50, sentBytes: 1_000_000, cause: CloseCause.ConnectionReset)));
        Assert.Null(Suggestion(Lost(64, 40, 63.8, sentBytes: 100, cause: CloseCause.ConnectionReset)));
    }

    [Fact]
    public void Only_a_lost_connection_is_read_for_patterns()
    {
        CloseRecord lost = Lost(60.3);
        Assert.Null(Suggestion(lost with { Code = 1001, Why = EndReason.PeerClosed }));
        Assert.Null(Suggestion(lost with { WasOpen = false }));
        Assert.Null(Suggestion(lost with { Why = EndReason.Aborted }));
    }

    [Fact]
    public void What_nobody_counted_is_no_evidence()
    {
        CloseRecord lost = Lost(60.3) with { Traffic = ConnectionTraffic.None };
        Assert.Null(CloseEvidence.Known(lost, English));
        Assert.DoesNotContain("idle", Suggestion(lost) ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 0, "nothing ever came and no ping was sent")]
    [InlineData(null, 2, "nothing ever came; pings answered: 0 of 2")]
    [InlineData(17.0, 0, "nothing had come for 43.3 s and no ping was sent")]
    [InlineData(17.0, 2, "nothing had come for 43.3 s; pings answered: 0 of 2")]
    public void Silence_and_pings_are_what_is_known(double? received, int pings, string known) =>
        Assert.Equal(known, CloseEvidence.Known(Lost(60.3, received, pings: pings), English));
}
