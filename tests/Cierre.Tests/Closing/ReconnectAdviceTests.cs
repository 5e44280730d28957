using System.Globalization;
using System.Net;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public class ReconnectAdviceTests
{
    private static CloseRecord Ended(CloseCause cause, ushort code = 1006, HttpRefusal? http = null) =>
        new() { Code = code, Why = new EndReason(cause, new CloseDetail("EndOfStream")), HttpRefusal = http };

    private static CloseRecord Refused(int status, params KeyValuePair<string, string>[] headers) =>
        Ended(CloseCause.HttpStatus, http: new HttpRefusal((HttpStatusCode)status, headers, default));

    [Theory]
    [InlineData(CloseCause.Requested, ReconnectKind.No)]
    [InlineData(CloseCause.Disposed, ReconnectKind.No)]
    [InlineData(CloseCause.Aborted, ReconnectKind.No)]
    [InlineData(CloseCause.Cancelled, ReconnectKind.No)]
    [InlineData(CloseCause.ProtocolViolation, ReconnectKind.No)]
    [InlineData(CloseCause.InvalidData, ReconnectKind.No)]
    [InlineData(CloseCause.UnsupportedData, ReconnectKind.No)]
    [InlineData(CloseCause.MessageTooBig, ReconnectKind.No)]
    [InlineData(CloseCause.PolicyViolation, ReconnectKind.No)]
    [InlineData(CloseCause.ExtensionMissing, ReconnectKind.No)]
    [InlineData(CloseCause.BadHandshake, ReconnectKind.No)]
    [InlineData(CloseCause.TlsFailed, ReconnectKind.No)]
    [InlineData(CloseCause.NameNotResolved, ReconnectKind.Yes)]
    [InlineData(CloseCause.ConnectionRefused, ReconnectKind.Yes)]
    [InlineData(CloseCause.ConnectTimeout, ReconnectKind.Yes)]
    [InlineData(CloseCause.ProxyFailed, ReconnectKind.Yes)]
    [InlineData(CloseCause.EndOfStream, ReconnectKind.Yes)]
    [InlineData(CloseCause.ConnectionReset, ReconnectKind.Yes)]
    [InlineData(CloseCause.PingTimeout, ReconnectKind.Yes)]
    [InlineData(CloseCause.IdleTimeout, ReconnectKind.Yes)]
    [InlineData(CloseCause.CloseTimeout, ReconnectKind.Yes)]
    [InlineData(CloseCause.HandlerReturned, ReconnectKind.NotApplicable)]
    [InlineData(CloseCause.HandlerFailed, ReconnectKind.NotApplicable)]
    [InlineData(CloseCause.HostStopping, ReconnectKind.NotApplicable)]
    [InlineData(CloseCause.LoadShed, ReconnectKind.NotApplicable)]
    [InlineData(CloseCause.Unauthorized, ReconnectKind.NotApplicable)]
    [InlineData(CloseCause.Forbidden, ReconnectKind.NotApplicable)]
    [InlineData(CloseCause.Deadline, ReconnectKind.NotApplicable)]
    [InlineData(CloseCause.UpstreamFailed, ReconnectKind.NotApplicable)]
    public void Cause_comes_before_the_code(CloseCause cause, ReconnectKind kind) =>
        Assert.All<ushort>([1000, 1006, 1011, 1012, 3000], code => Assert.Equal(kind, ReconnectAdvice.For(Ended(cause, code)).Kind));

    [Theory]
    [InlineData(500, ReconnectKind.NotApplicable)]
    [InlineData(1000, ReconnectKind.No)]
    [InlineData(1001, ReconnectKind.Yes)]
    [InlineData(1002, ReconnectKind.No)]
    [InlineData(1003, ReconnectKind.No)]
    [InlineData(1004, ReconnectKind.NotApplicable)]
    [InlineData(1005, ReconnectKind.No)]
    [InlineData(1006, ReconnectKind.Yes)]
    [InlineData(1007, ReconnectKind.No)]
    [InlineData(1008, ReconnectKind.No)]
    [InlineData(1009, ReconnectKind.No)]
    [InlineData(1010, ReconnectKind.No)]
    [InlineData(1011, ReconnectKind.Yes)]
    [InlineData(1012, ReconnectKind.Yes)]
    [InlineData(1013, ReconnectKind.OtherAddress)]
    [InlineData(1014, ReconnectKind.Yes)]
    [InlineData(1015, ReconnectKind.No)]
    [InlineData(1016, ReconnectKind.NotApplicable)]
    [InlineData(2000, ReconnectKind.NotApplicable)]
    [InlineData(3000, ReconnectKind.AfterNewCredentials)]
    [InlineData(3001, ReconnectKind.No)]
    [InlineData(3003, ReconnectKind.No)]
    [InlineData(3008, ReconnectKind.Yes)]
    [InlineData(3999, ReconnectKind.No)]
    [InlineData(4000, ReconnectKind.No)]
    [InlineData(4999, ReconnectKind.No)]
    [InlineData(5000, ReconnectKind.NotApplicable)]
    public void Code_decides_where_the_peer_closed(ushort code, ReconnectKind kind)
    {
        Assert.Equal(kind, CloseCodes.Default.Get(code).Reconnect.Kind);
        Assert.Equal(kind, ReconnectAdvice.For(Ended(CloseCause.PeerClosed, (ushort)code)).Kind);
    }

    [Fact]
    public void Added_code_brings_its_own_advice()
    {
        CloseCodes codes = new CloseCodes().Add(4958, "Moved", reconnect: ReconnectAdvice.OtherAddress);
        Assert.Equal(ReconnectKind.OtherAddress, (Ended(CloseCause.PeerClosed, 4958) with { Codes = codes }).Reconnect.Kind);
        Assert.Equal(ReconnectKind.No, Ended(CloseCause.PeerClosed, 4958).Reconnect.Kind);
    }

    [Theory]
    [InlineData(301, ReconnectKind.No)]
    [InlineData(400, ReconnectKind.No)]
    [InlineData(401, ReconnectKind.AfterNewCredentials)]
    [InlineData(403, ReconnectKind.No)]
    [InlineData(404, ReconnectKind.No)]
    [InlineData(408, ReconnectKind.Yes)]
    [InlineData(425, ReconnectKind.Yes)]
    [InlineData(426, ReconnectKind.No)]
    [InlineData(429, ReconnectKind.Yes)]
    [InlineData(500, ReconnectKind.Yes)]
    [InlineData(503, ReconnectKind.Yes)]
    [InlineData(599, ReconnectKind.Yes)]
    public void HTTP_status_decides_where_the_opening_was_refused(int status, ReconnectKind kind) => Assert.Equal(kind, ReconnectAdvice.For(Refused(status)).Kind);

    [Fact]
    public void Retry_After_is_the_shortest_delay_and_a_random_part_comes_on_top()
    {
        ReconnectAdvice advice = Refused(503, KeyValuePair.Create("Retry-After", "120")).Reconnect;
        Assert.Equal((TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(125)), (advice.MinDelay, advice.MaxDelay));
        Assert.Equal(TimeSpan.FromSeconds(120), advice.GetDelay(1, 0));
    }

    [Fact]
    public void Retry_After_does_not_turn_a_no_into_a_yes() =>
        Assert.Equal(ReconnectKind.No, Refused(404, KeyValuePair.Create("Retry-After", "120")).Reconnect.Kind);

    [Fact]
    public void Lost_connection_waits_0_to_5_s_first_and_a_restarted_service_5_to_30_s()
    {
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(5)), (ReconnectAdvice.Yes.MinDelay, ReconnectAdvice.Yes.MaxDelay));
        ReconnectAdvice restart = CloseCodes.Default.Get(1012).Reconnect;
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)), (restart.MinDelay, restart.MaxDelay));
    }

    [Fact]
    public void Delays_grow_with_each_attempt_and_stop_growing_at_5_min()
    {
        Assert.Equal([2.5, 7.5, 15, 30, 60, 120, 225, 225], Enumerable.Range(1, 8).Select(attempt => ReconnectAdvice.Yes.GetDelay(attempt, 0.5)!.Value.TotalSeconds));
        Assert.Equal(TimeSpan.FromMinutes(5), ReconnectAdvice.Yes.GetDelay(int.MaxValue, 1));
    }

    [Fact]
    public void Each_attempt_waits_at_least_as_long_as_the_longest_of_the_one_before() =>
        Assert.All<ReconnectAdvice>([ReconnectAdvice.Yes, CloseCodes.Default.Get(1012).Reconnect, ReconnectAdvice.OtherAddress], advice =>
            Assert.All([1, 2, 3], attempt => Assert.True(advice.GetDelay(attempt + 1, 0) >= advice.GetDelay(attempt, 1))));

    [Fact]
    public void Same_address_of_an_overloaded_service_waits_a_minute_and_longer_each_time()
    {
        Assert.Equal(TimeSpan.FromSeconds(60), ReconnectAdvice.OtherAddress.GetDelay(1, 0));
        Assert.Equal(TimeSpan.FromHours(1), ReconnectAdvice.OtherAddress.GetDelay(20, 1));
    }

    [Fact]
    public void Later_attempts_never_wait_less_than_the_shortest_delay() =>
        Assert.Equal(TimeSpan.FromHours(2), ReconnectAdvice.YesAfter(TimeSpan.FromHours(2), TimeSpan.FromHours(2)).GetDelay(5, 0));

    [Fact]
    public void There_is_no_delay_where_the_advice_is_not_to_connect()
    {
        Assert.Null(ReconnectAdvice.No.GetDelay(1, 0.5));
        Assert.Null(ReconnectAdvice.NotApplicable.GetDelay(1, 0.5));
    }

    [Fact]
    public void Delay_is_drawn_from_the_given_random_numbers()
    {
        TimeSpan? drawn = ReconnectAdvice.Yes.GetDelay(1, new Random(7));
        Assert.Equal(ReconnectAdvice.Yes.GetDelay(1, new Random(7).NextDouble()), drawn);
        Assert.NotEqual(ReconnectAdvice.Yes.GetDelay(1, new Random(8)), drawn);
        Assert.InRange(ReconnectAdvice.Yes.GetDelay(2)!.Value, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
        Assert.Null(ReconnectAdvice.No.GetDelay(1));
        Assert.Throws<ArgumentOutOfRangeException>("attempt", () => ReconnectAdvice.Yes.GetDelay(0));
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, -0.1)]
    [InlineData(1, 1.1)]
    [InlineData(1, double.NaN)]
    public void Attempt_below_1_and_random_number_outside_0_to_1_are_refused(int attempt, double random) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ReconnectAdvice.Yes.GetDelay(attempt, random));

    [Fact]
    public void Bounds_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ReconnectAdvice.YesAfter(TimeSpan.FromSeconds(-1), TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReconnectAdvice.YesAfter(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData(1004, "-")]
    [InlineData(1000, "no")]
    [InlineData(1001, "yes, after a random delay of 0-5 s")]
    [InlineData(1012, "yes, after a random delay of 5-30 s")]
    [InlineData(3000, "after new credentials")]
    [InlineData(1013, "to another address at once if there is one; to this one only after 60-120 s, longer each time, or when the user asks")]
    public void Advice_in_words(ushort code, string words) => Assert.Equal(words, CloseCodes.Default.Get(code).Reconnect.Describe(CultureInfo.InvariantCulture));
}
