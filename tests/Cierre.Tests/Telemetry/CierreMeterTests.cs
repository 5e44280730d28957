using System.Reflection;
using System.Text.RegularExpressions;
using Cierre.Telemetry;
using Cierre.TestKit;

namespace Cierre.Tests.Telemetry;

/// <summary>The meter, and docs/observability.md held against it, both ways.</summary>
public sealed partial class CierreMeterTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(RepoRoot.Directory, "docs", "observability.md"));

    [Fact]
    public void Document_lists_the_instruments_with_their_kinds_and_units()
    {
        _ = ConnectionTelemetry.OfServer("/document", "ws", "/document", TimeProvider.System).Answered(426);
        SessionMeter.Ended("/document", loss: null);
        using var probe = new MeterProbe(CierreTelemetry.MeterName, "http.route", "/document");
        Assert.Equal(
            probe.Instruments.Select(i => $"{i.Name} {i.GetType().Name.Split('`')[0]} {i.Unit}").Order(StringComparer.Ordinal),
            InstrumentRow().Matches(Document).Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value} {m.Groups[3].Value}").Order(StringComparer.Ordinal));
        Assert.All(probe.Instruments, i => Assert.False(string.IsNullOrEmpty(i.Description)));
    }

    [Fact]
    public void Document_lists_the_attributes()
    {
        var ours = typeof(TelemetryAttributes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!).Where(name => name != TelemetryAttributes.Other);
        Assert.Equal(ours.Order(StringComparer.Ordinal), AttributeRow().Matches(Document).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Document_names_the_events_and_the_error_of_each_cause()
    {
        Assert.Contains($"`{CierreActivities.OpenEvent}`", Document, StringComparison.Ordinal);
        Assert.Contains($"`{CierreActivities.CloseEvent}`", Document, StringComparison.Ordinal);
        string[] rows = [.. Document.Split('\n').SkipWhile(line => !line.StartsWith("| cause |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))];
        foreach (CloseCause cause in Enum.GetValues<CloseCause>().Where(cause => cause != CloseCause.PeerClosed))
        {
            var record = new CloseRecord { Why = new(cause, new("HandlerFailed")) };
            string row = rows.SingleOrDefault(line => line.Contains($"`{cause.ToKebabCase()}`", StringComparison.Ordinal)) ?? rows[^1];
            string[] cells = row.Split('|', StringSplitOptions.TrimEntries);
            Assert.Equal((cells[2], cells[3]), (Word(isClient: false), Word(isClient: true)));

            string Word(bool isClient) => CloseFault.IsError(record, isClient) ? "error" : "no";
        }
    }

    [Fact]
    public void Codes_without_a_name_make_no_series_of_their_own()
    {
        CloseCodes codes = CloseCodes.Default;
        Assert.Equal(("1000", "1006", "_OTHER", "_OTHER"), (CodeOf(1000), CodeOf(1006), CodeOf(3999), CodeOf(4873)));
        codes = new CloseCodes().Add(4873, "Measured alone");
        Assert.Equal("4873", CodeOf(4873));
        int series = Enumerable.Range(0, 65536).Select(CodeOf).Distinct().Count();
        Assert.InRange(series, 16, 100);

        string CodeOf(int code) => CierreMeter.CodeOf(new CloseRecord { Code = (ushort)code, Codes = codes });
    }

    [GeneratedRegex(@"^\| `(cierre\.[a-z.]+)` \| (\w+) \| (\S+) \|", RegexOptions.Multiline)]
    private static partial Regex InstrumentRow();

    [GeneratedRegex(@"^\| `([a-z._]+)` \| (?!\w+ \| \S+ \|)", RegexOptions.Multiline)]
    private static partial Regex AttributeRow();
}
