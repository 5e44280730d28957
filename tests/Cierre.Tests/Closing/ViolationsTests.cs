using System.Reflection;
using System.Text;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public class ViolationsTests
{
    public static IEnumerable<TheoryDataRow<string>> Rows => Members.Select(member => new TheoryDataRow<string>(member.Name));

    private static IEnumerable<MethodInfo> Members =>
        typeof(Violations).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.ReturnType == typeof(Violation));

    /// <summary>The row with the longest numbers and words that can occur.</summary>
    internal static Violation WorstCase(string name)
    {
        MethodInfo member = Members.Single(method => method.Name == name);
        return (Violation)member.Invoke(null, [.. member.GetParameters().Select(Longest)])!;
    }

    private static object Longest(ParameterInfo parameter) => parameter.ParameterType switch
    {
        _ when parameter.Name == "member" => "windowMs",
        var type when type == typeof(string) => "continuation",
        var type when type == typeof(int) => int.MaxValue,
        var type when type == typeof(long) => long.MaxValue,
        var type when type == typeof(ulong) => ulong.MaxValue,
        var type when type == typeof(byte) => byte.MaxValue,
        var type when type == typeof(DateTimeOffset) => DateTimeOffset.MaxValue,
        var type when type == typeof(TimeSpan) => TimeSpan.FromDays(9999.9999999),
        var type => throw new NotSupportedException($"{type}"),
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Worst_case_reason_fits_123_bytes(string name) =>
        Assert.InRange(Encoding.UTF8.GetByteCount(WorstCase(name).Reason.English), 1, CloseFrame.MaxReasonBytes);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Code_may_be_sent_and_belongs_to_the_cause(string name)
    {
        Violation row = WorstCase(name);
        Assert.True(CloseCodes.MayBeOnTheWire(row.Code));
        Assert.Equal(row.Cause switch
        {
            CloseCause.ProtocolViolation => 1002,
            CloseCause.UnsupportedData => 1003,
            CloseCause.InvalidData => 1007,
            CloseCause.PolicyViolation => 1008,
            CloseCause.MessageTooBig => 1009,
            CloseCause.PingTimeout => 1011,
            CloseCause.LoadShed => 1013,
            CloseCause.Unauthorized => 3000,
            CloseCause.Forbidden => 3003,
            CloseCause.IdleTimeout or CloseCause.Deadline => 3008,
            _ => 0,
        }, row.Code);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Only_limits_and_the_application_s_own_data_close_in_the_ordinary_way(string name)
    {
        string[] ordinary = [nameof(Violations.TooManyFragments), nameof(Violations.KindNotAccepted), nameof(Violations.JsonNotValid), nameof(Violations.PingNotAnswered),
            nameof(Violations.Idle), nameof(Violations.MessagesTooFast), nameof(Violations.BytesTooFast), nameof(Violations.RateExceeded), nameof(Violations.SlowReader), nameof(Violations.BroadcastNotTaken),
            nameof(Violations.TopicNotTaken), nameof(Violations.NothingTaken), nameof(Violations.NoSendCompleted), nameof(Violations.ServerAtCapacity),
            nameof(Violations.EndpointAtCapacity), nameof(Violations.UserAtCapacity), nameof(Violations.HandshakesTooFast), nameof(Violations.LoadShed),
            nameof(Violations.CredentialsExpired), nameof(Violations.Unauthorized), nameof(Violations.Forbidden), nameof(Violations.Deadline),
            nameof(Violations.DeadlinePassed), nameof(Violations.RuleBroken), nameof(Violations.ResumeTooManyTopics), nameof(Violations.ResumeWindowExceeded),
            nameof(Violations.ResumedElsewhere), nameof(Violations.ResumeNoHello)];
        Assert.Equal(!ordinary.Contains(name), WorstCase(name).Fails);
    }

    [Fact]
    public void Every_row_has_its_own_sentence() =>
        Assert.Distinct(Members.Select(member => WorstCase(member.Name).Reason.Key));

    [Theory]
    [InlineData("HandlerFailed")]
    [InlineData("HostStopping")]
    [InlineData("ServiceRestarting")]
    [InlineData("Draining")]
    [InlineData("Disposed")]
    public void Reason_of_our_own_close_fits_123_bytes(string key) =>
        Assert.InRange(Encoding.UTF8.GetByteCount(new CloseDetail(key).English), 1, CloseFrame.MaxReasonBytes);

    [Fact]
    public void Reasons_name_the_rule_and_the_number()
    {
        Assert.Equal("RSV1 set, but no extension that uses it was negotiated", Violations.ReservedBit(1).Reason.English);
        Assert.Equal("close code 1005 must not be sent", Violations.CloseCodeForbidden(1005).Reason.English);
        Assert.Equal("message of 1048577 bytes is over the limit of 1048576", Violations.MessageTooBig(1048577, 1048576).Reason.English);
        Assert.Equal("frame from a client is not masked", Violations.FrameNotMasked().Reason.English);
        Assert.Equal("text is not UTF-8: byte 0x0F at offset 7", Violations.TextNotUtf8(7, 0x0F).Reason.English);
    }
}
