using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cierre.Tool.Arguments;
using Cierre.Tool.Lab.Situations;
using Cierre.Tool.Lab.Stage;
using Cierre.Tool.Output;

namespace Cierre.Tool.Lab;

/// <summary><c>cierre lab</c>: the close lab, which makes connections end in every way and compares what both sides' records, and the events of the browser's API, say with the rules of closing.</summary>
internal static class LabCommand
{
    private const string Every = "all";

    public static Command Create(LanguageOption language)
    {
        var run = new Option<string[]>("--run")
        {
            Description = "The situations to play: all, or some by name.",
            HelpName = "all|NAME...",
            AllowMultipleArgumentsPerToken = true,
        };
        run.CompletionSources.Add([Every, .. All.Situations.Select(situation => situation.Name)]);
        var json = new Option<bool>("--json") { Description = "Print JSON, one object a line: {\"type\":\"situation\",\"name\",\"expected\":{\"client\",\"server\"},\"client\",\"server\",\"event\",\"ok\"}." };
        var command = new Command("lab", $"Makes connections end in every way, by the real cause of each, and compares what both sides' records say with the rules of closing. Exit code 1: something differs.\n\nThe situations:\n{Names()}")
        {
            run, json, language,
        };
        command.SetAction(parsed => RunAsync(Chosen(parsed.GetValue(run) ?? []), parsed.GetValue(json), language.Of(parsed)));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<Situation> situations, bool json, CultureInfo language)
    {
        long begun = Stopwatch.GetTimestamp();
        List<Outcome> outcomes = [];
        await foreach (Outcome outcome in Performance.OfAsync(situations))
        {
            outcomes.Add(outcome);
            if (json) SituationJson.Write(outcome, language);
        }

        if (!json) StandardOutput.WriteLine(LabText.Of(outcomes, Stopwatch.GetElapsedTime(begun), language));
        return outcomes.All(outcome => outcome.Ok) ? ExitCodes.Ok : ExitCodes.Failed;
    }

    /// <summary>In the lab's order, each once.</summary>
    private static IReadOnlyList<Situation> Chosen(string[] names)
    {
        if (names is []) throw new UsageException($"--run is needed: all, or names of situations:\n{Names()}");
        string[] unknown = [.. names.Where(name => name != Every && All.Situations.All(situation => situation.Name != name)).Distinct()];
        if (unknown is not []) throw new UsageException($"No situation is called {string.Join(" or ", unknown.Select(name => $"'{name}'"))}. There are: all, or\n{Names()}");
        return names.Contains(Every) ? All.Situations : [.. All.Situations.Where(situation => names.Contains(situation.Name))];
    }

    private static string Names() => string.Join('\n', All.Situations.Select(situation => $"  {situation.Name,-31} {situation.Description}"));
}
