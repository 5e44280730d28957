using Xunit;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>
/// Another implementation's WebSocket and ours in the same situations against the same server: code, reason, wasClean, the order of events, and the ready state in each
/// handler. What differs is listed in docs/browser-differences.md, with the reason; what is not fails, and so does what is listed and does not arise.
/// </summary>
public abstract class SituationTests(Stage stage, string table)
{
    private readonly IReadOnlyDictionary<string, Difference> _listed = Difference.Listed(table);

    protected async Task CheckAsync(string name)
    {
        (string theirs, string ours) = await stage.PlayAsync(name);
        TestContext.Current.TestOutputHelper?.WriteLine($"There:\n{theirs}\n\nHere:\n{ours}");
        Difference.Check(_listed, name, Difference.Between(theirs, ours, Situations.All[name].Code));
    }

    protected void CheckListed(IEnumerable<string> played) => Assert.Empty(_listed.Keys.Except(played));
}

public sealed class ChromiumStage() : Stage(new ChromiumPage(), Situations.All.Values);

public sealed class ChromiumSituationTests(ChromiumStage stage) : SituationTests(stage, "chromium situations"), IClassFixture<ChromiumStage>
{
    public static TheoryData<string> Names => [.. Situations.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public Task Situation_ends_in_Chromium_as_here(string name) => CheckAsync(name);

    [Fact]
    public void Every_situation_that_is_listed_is_played() => CheckListed(Names.Select(row => row.Data));
}

public sealed class UndiciStage() : Stage(new UndiciPage(), ArgumentSituations.All);

/// <summary>Of undici the arguments count.</summary>
public sealed class UndiciSituationTests(UndiciStage stage) : SituationTests(stage, "undici situations"), IClassFixture<UndiciStage>
{
    public static TheoryData<string> Names => [.. ArgumentSituations.All.Select(situation => situation.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task Arguments_do_in_undici_as_here(string name) => CheckAsync(name);

    [Fact]
    public void Every_situation_that_is_listed_is_played() => CheckListed(Names.Select(row => row.Data));
}
