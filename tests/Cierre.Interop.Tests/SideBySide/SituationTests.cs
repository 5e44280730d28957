using Xunit;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>
/// Another implementation's WebSocket and ours in the same situations against the same server: code, reason, wasClean, the order of events, and the ready state in each
/// handler. What differs is listed in docs/browser-differences.md, with the reason; what is not fails, and so does what is listed and does not arise.
/// </summary>
public abstract class SituationTests(Stage stage, string table)
{
    public static TheoryData<string> Names => [.. Situations.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Situation_ends_there_as_here(string name)
    {
        (string theirs, string ours) = await stage.PlayAsync(name);
        TestContext.Current.TestOutputHelper?.WriteLine($"There:\n{theirs}\n\nHere:\n{ours}");
        Difference.Check(Difference.Listed(table), name, Difference.Between(theirs, ours, Situations.All[name].Code));
    }

    [Fact]
    public void Every_situation_that_is_listed_is_played() => Assert.Empty(Difference.Listed(table).Keys.Except(Situations.All.Keys));
}

public sealed class ChromiumStage() : Stage(new ChromiumPage());

public sealed class ChromiumSituationTests(ChromiumStage stage) : SituationTests(stage, "chromium situations"), IClassFixture<ChromiumStage>;

public sealed class UndiciStage() : Stage(new UndiciPage());

public sealed class UndiciSituationTests(UndiciStage stage) : SituationTests(stage, "undici situations"), IClassFixture<UndiciStage>;
