using System.Reflection;
using System.Text.RegularExpressions;
using Cierre.AspNetCore.Logging;
using Cierre.Closing;
using Cierre.Telemetry;
using Cierre.TestKit;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests.Logging;

/// <summary>The log events, and docs/observability.md held against them, both ways.</summary>
public sealed partial class CloseLogTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(RepoRoot.Directory, "docs", "observability.md"));

    private static readonly LoggerMessageAttribute[] Events =
        [.. typeof(CloseLog).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()];

    [Fact]
    public void Each_event_has_an_id_and_a_name_of_its_own()
    {
        Assert.True(Events.Length > 5);
        Assert.Equal(Events.Length, Events.Select(e => e.EventId).Distinct().Count());
        Assert.Equal(Events.Length, Events.Select(e => e.EventName).Distinct().Count());
        Assert.All(Events, e => Assert.True(e.EventId > 0));
    }

    [Fact]
    public void Log_events_are_given_in_one_file_only() =>
        // The second says what Kestrel's own transport says, under its category.
        Assert.Equal([typeof(CloseLog), typeof(Kestrel.SocketLog)], typeof(CloseLog).Assembly.GetTypes().Where(type =>
            type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Any(m => m.IsDefined(typeof(LoggerMessageAttribute)))));

    [Fact]
    public void Document_lists_the_events_with_their_ids_and_levels() =>
        Assert.Equal(
            Events.OrderBy(e => e.EventId).Select(e => $"{e.EventId} {e.EventName} {(e.EventId == 1 ? "by cause" : e.Level)}"),
            Row().Matches(Document).Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value} {m.Groups[3].Value}"));

    [Fact]
    public void Document_gives_the_level_of_each_cause()
    {
        string words = Row().Matches(Document)[0].Groups[4].Value;
        Dictionary<string, string> levels = Levels().Matches(words).SelectMany(m => Cause().Matches(m.Groups[2].Value).Select(c => (Cause: c.Groups[1].Value, Level: m.Groups[1].Value))).ToDictionary(p => p.Cause, p => p.Level);
        Assert.Equal(7, levels.Count);
        foreach (CloseCause cause in Enum.GetValues<CloseCause>())
            Assert.Equal(levels.GetValueOrDefault(cause.ToKebabCase(), "Information"), CloseLog.LevelOf(cause).ToString());
    }

    [Fact]
    public void What_is_an_error_to_a_trace_is_a_warning_at_least_to_the_log_and_nothing_else()
    {
        foreach (CloseCause cause in Enum.GetValues<CloseCause>())
        {
            var record = new CloseRecord { Why = new EndReason(cause, new CloseDetail("HandlerFailed")) };
            Assert.Equal(CloseFault.IsError(record, isClient: false), CloseLog.LevelOf(cause) >= LogLevel.Warning);
        }
    }

    [GeneratedRegex(@"^\| (\d+) \| `(\w+)` \| ([\w ]+) \| (.+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"(Error|Warning|Debug): ([^.]+)\.")]
    private static partial Regex Levels();

    [GeneratedRegex("`([a-z-]+)`")]
    private static partial Regex Cause();
}
