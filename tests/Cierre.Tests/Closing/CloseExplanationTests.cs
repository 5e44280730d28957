using System.Globalization;
using System.Net;
using Cierre.Closing;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Closing;

/// <summary>The explanations are files in golden/, so that they can be read as their readers will.</summary>
public class CloseExplanationTests
{
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en");
    private static readonly ConnectionTraffic Traffic = new(14, 3, 12, 2, 0, 0, TimeSpan.FromSeconds(1.4), TimeSpan.FromSeconds(1.3), 40);

    private static EndReason Why(CloseCause cause, string key, params object[] arguments) => new(cause, new CloseDetail(key, arguments));

    private static readonly HttpRefusal Busy = new(HttpStatusCode.ServiceUnavailable, [KeyValuePair.Create("Retry-After", "120")], default);

    private static readonly Dictionary<string, CloseRecord> Records = new()
    {
        ["1006.reset"] = new()
        {
            Why = Why(CloseCause.ConnectionReset, "ConnectionReset", "ConnectionReset"),
            Elapsed = TimeSpan.FromSeconds(61.4),
            Traffic = Traffic,
        },
        ["1006.violation"] = new()
        {
            Why = Violations.ReservedBit(1).Why, EndedBy = EndedBy.Local, Sent = Violations.ReservedBit(1).Frame, Elapsed = TimeSpan.FromSeconds(3.2), Traffic = Traffic,
        },
        ["1006.close-timeout"] = new()
        {
            Why = Why(CloseCause.CloseTimeout, "CloseNotAnswered", 5.0), EndedBy = EndedBy.Local, Sent = new CloseFrame(1000, "bye"), Elapsed = TimeSpan.FromMinutes(12), Traffic = Traffic,
        },
        ["1006.aborted"] = new() { Why = EndReason.Aborted, EndedBy = EndedBy.Local, Elapsed = TimeSpan.FromSeconds(5), Traffic = Traffic },
        ["1006.http-status"] = CloseRecord.NotOpened(Why(CloseCause.HttpStatus, "HttpStatus", 503, UntrustedText.Quote("busy\n")), TimeSpan.FromMilliseconds(230), Busy),
        ["1006.refused"] = CloseRecord.NotOpened(Why(CloseCause.ConnectionRefused, "ConnectionRefused", "example.org:443"), TimeSpan.FromMilliseconds(12)),
        ["1006.unread"] = new()
        {
            Why = Why(CloseCause.ConnectionReset, "ConnectionReset", "ConnectionReset"), Elapsed = TimeSpan.FromSeconds(61.4), Traffic = Traffic, UnreadBytes = 65_536,
        },
        ["1015"] = CloseRecord.NotOpened(Why(CloseCause.TlsFailed, "TlsNameMismatch", "example.org"), TimeSpan.FromMilliseconds(85)),
        ["1001.remote"] = new()
        {
            Code = 1001, Reason = "restarting\u001b[2J", WasClean = true, EndedBy = EndedBy.Remote, ReceivedFirst = true, Why = EndReason.PeerClosed,
            Sent = new CloseFrame(1001), Received = new CloseFrame(1001, "restarting\u001b[2J"), Elapsed = TimeSpan.FromHours(3.5), Traffic = Traffic,
        },
        ["1005"] = new()
        {
            Code = 1005, WasClean = true, EndedBy = EndedBy.Remote, ReceivedFirst = true, Why = EndReason.PeerClosed,
            Sent = CloseFrame.Empty, Received = CloseFrame.Empty, Elapsed = TimeSpan.FromSeconds(30), Traffic = Traffic,
        },
        ["1000.requested"] = new()
        {
            Code = 1000, WasClean = true, EndedBy = EndedBy.Local, Why = EndReason.Requested,
            Sent = new CloseFrame(1000, "done"), Received = new CloseFrame(1000), Elapsed = TimeSpan.FromSeconds(30), Traffic = Traffic,
        },
        ["1011.handler-failed"] = new()
        {
            Code = 1011, WasClean = true, EndedBy = EndedBy.Local, Why = Why(CloseCause.HandlerFailed, "HandlerFailed"),
            Sent = new CloseFrame(1011, "the handler failed"), Received = new CloseFrame(1011), Elapsed = TimeSpan.FromSeconds(30), Traffic = Traffic,
        },
        ["4321.unknown"] = new()
        {
            Code = 4321, WasClean = true, EndedBy = EndedBy.Remote, ReceivedFirst = true, Why = EndReason.PeerClosed,
            Sent = new CloseFrame(4321), Received = new CloseFrame(4321), Elapsed = TimeSpan.FromSeconds(30), Traffic = Traffic,
        },
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Records.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Explanation_reads_like_the_golden_file(string name) => Golden.Check($"explain.{name}.en.txt", Records[name].Explain(English));

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_in_an_explanation_can_move_the_cursor(string name) =>
        Assert.DoesNotContain(Records[name].Explain(English), character => char.IsControl(character) && character != '\n');

    [Fact]
    public void Every_cause_can_be_explained_for_every_who() => Assert.All(Enum.GetValues<CloseCause>(), cause =>
        Assert.All(Enum.GetValues<EndedBy>(), by =>
            Assert.Contains("Reconnect: ", new CloseRecord { Why = Why(cause, "EndOfStream"), EndedBy = by }.Explain(English), StringComparison.Ordinal)));

    [Fact]
    public void Language_without_texts_falls_back_to_English_words() =>
        Assert.Contains("the attempt took", Records["1006.refused"].Explain(CultureInfo.GetCultureInfo("fi")), StringComparison.Ordinal);
}
