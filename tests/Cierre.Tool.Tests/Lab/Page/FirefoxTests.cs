using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cierre.TestKit;
using Cierre.Tool.Lab.Runs;
using Cierre.Tool.Lab.Situations;
using Xunit;

namespace Cierre.Tool.Tests.Lab.Page;

/// <summary>The same situations, clicked through in Firefox; beside what Chromium says of them they are a table of docs/browser-differences.md.</summary>
[Collection(nameof(InBrowser))]
public sealed class FirefoxTests(FirefoxPage firefox, ChromiumPage chromium)
{
    private static readonly JsonNode Sentences = JsonNode.Parse(File.ReadAllText(Path.Combine(RepoRoot.Directory, "src", "Cierre.Tool", "Lab", "Page", "Site", "texts.en.json")))!;

    [Fact]
    public void Every_situation_ends_as_the_rules_say()
    {
        _ = firefox.Driver;
        Assert.Equal(All.Situations.Select(situation => situation.Name).Order(), firefox.Results.Keys.Order());
        Assert.Empty(firefox.Results.Values.Where(result => !(bool)result["ok"]!).Select(result => result.ToJsonString()));
        foreach (Situation situation in All.Situations)
        {
            bool plays = situation.Client is not null && situation.InPage.CannotIn(BrowserKind.Firefox) is null;
            Assert.Equal((situation.Name, plays), (situation.Name, firefox.Results[situation.Name]["browser"] is not null));
            if (!plays) continue;
            ReceivedEvent received = Received(firefox, situation), expected = situation.InPage.EventFor(situation.Client!, BrowserKind.Firefox, received);
            Assert.Equal((situation.Name, JsonSerializer.Serialize(expected)), (situation.Name, JsonSerializer.Serialize(received)));
        }
    }

    [Fact]
    public void Table_has_the_events_of_both_browsers_and_of_our_client()
    {
        _ = (firefox.Driver, chromium.Driver);
        var table = new StringBuilder("| situation | Cierre | Firefox | Chromium | why |\n|---|---|---|---|---|\n");
        foreach (Situation situation in All.Situations.Where(situation => situation.Client is not null && situation.InPage.CannotIn(BrowserKind.Other) is null))
        {
            string ours = Cell(situation.Client!.ToEvent()), inFirefox = Cell(firefox, situation, BrowserKind.Firefox), inChromium = Cell(chromium, situation, BrowserKind.Chromium);
            (string Cell, BrowserKind Kind)[] theirs = [(inFirefox, BrowserKind.Firefox), (inChromium, BrowserKind.Chromium)];
            IEnumerable<string> why = theirs.Where(side => side.Cell != ours).Select(side => Why(situation.InPage, side.Kind)).Distinct();
            table.Append(null, $"| `{situation.Name}` | {ours} | {Shown(inFirefox)} | {Shown(inChromium)} | {string.Join(' ', why)} |\n");

            string Shown(string cell) => cell == ours ? "the same" : cell;
        }

        Golden.MatchesPart("docs/browser-differences.md", "lab situations", table.ToString());
    }

    [Fact]
    public void Page_complains_of_nothing() => Assert.Empty(firefox.Driver.Complaints);

    private static ReceivedEvent Received(PlayedPage page, Situation situation) => page.Results[situation.Name]["browser"].Deserialize<ReceivedEvent>(JsonSerializerOptions.Web)!;

    private static string Why(PageRole role, BrowserKind kind) =>
        role.CannotIn(kind) is { } cannot ? (string)Sentences[$"cannot-{cannot}"]! : role.InsteadIn(kind) is { } instead ? (string)Sentences[$"instead-{instead}"]! : "";

    private static string Cell(PlayedPage page, Situation situation, BrowserKind kind)
    {
        if (situation.InPage.CannotIn(kind) is not null) return "-";
        return Cell(Received(page, situation), situation.InPage.QuirkOf(kind)?.MayBeClean == true);
    }

    private static string Cell(ReceivedEvent received, bool mayBeClean = false) => received.Code is { } code
        ? $"`{(received.Order.Contains("error") ? "error, " : "")}{code}{(received.Reason is { Length: > 0 } reason ? $" '{reason.Replace("|", "\\|", StringComparison.Ordinal)}'" : "")} {(mayBeClean ? "clean or not" : received.WasClean == true ? "clean" : "not clean")}`"
        : "nothing: the page is gone";
}
