using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cierre.TestKit;
using Cierre.Tool.Lab.Situations;
using Cierre.Tool.Lab.Stage;
using Xunit;

namespace Cierre.Tool.Tests.Lab.Page;

/// <summary>The same situations, clicked through in Firefox; beside what Chromium says of them they are a table of docs/browser-differences.md.</summary>
public sealed class FirefoxTests(FirefoxPage firefox, ChromiumPage chromium) : IClassFixture<FirefoxPage>, IClassFixture<ChromiumPage>
{
    [Fact]
    public void Every_situation_ends_as_the_rules_say()
    {
        _ = firefox.Driver;
        Assert.Equal(All.Situations.Select(situation => situation.Name).Order(), firefox.Results.Keys.Order());
        File.WriteAllText("/tmp/ff.json", new JsonArray([.. firefox.Results.Values.Select(r => r.DeepClone())]).ToJsonString()); File.WriteAllText("/tmp/ff.txt", string.Join("\n", firefox.Driver.Complaints));
        Assert.Empty(firefox.Results.Values.Where(result => !(bool)result["ok"]!).Select(result => result.ToJsonString()));
        foreach (Situation situation in All.Situations.Where(situation => situation is { Client: not null, InPage.Cannot: null }))
        {
            ReceivedEvent received = firefox.Results[situation.Name]["browser"].Deserialize<ReceivedEvent>(JsonSerializerOptions.Web)!;
            ReceivedEvent expected = situation.InPage.EventFor(situation.Client!, BrowserKind.Other, received);
            Assert.Equal((situation.Name, JsonSerializer.Serialize(expected)), (situation.Name, JsonSerializer.Serialize(received)));
        }
    }

    [Fact]
    public void Table_has_the_events_of_both_browsers_and_of_our_client()
    {
        _ = (firefox.Driver, chromium.Driver);
        var table = new StringBuilder("| situation | Firefox | Chromium | Cierre |\n|---|---|---|---|\n");
        foreach (Situation situation in All.Situations.Where(situation => situation is { Client: not null, InPage.Cannot: null }))
        {
            string ours = Cell(situation.Client!.ToEvent());
            string[] theirs = [.. new PlayedPage[] { firefox, chromium }.Select(page => Cell(page.Results[situation.Name]["browser"].Deserialize<ReceivedEvent>(JsonSerializerOptions.Web)!))];
            // Whether it is clean depends on how fast Chromium was.
            if (situation.InPage.IsCleanOrNot) theirs[1] = theirs[1].Replace(" not clean", " clean or not", StringComparison.Ordinal).Replace(" clean`", " clean or not`", StringComparison.Ordinal);
            table.AppendLine(null, $"| `{situation.Name}` | {string.Join(" | ", theirs.Select(cell => cell == ours ? "the same" : cell))} | {ours} |");
        }

        Golden.MatchesPart("docs/browser-differences.md", "lab situations", table.ToString());
    }

    [Fact]
    public void Page_complains_of_nothing() => Assert.Empty(firefox.Driver.Complaints);

    private static string Cell(ReceivedEvent received) => received.Code is { } code
        ? $"`{string.Concat(received.Order.Where(type => type == "error").Select(_ => "error; "))}{code}{(received.Reason is { Length: > 0 } reason ? $" '{reason.Replace("|", "\\|", StringComparison.Ordinal)}'" : "")} {(received.WasClean == true ? "clean" : "not clean")}`"
        : "`nothing: the page is gone`";
}
