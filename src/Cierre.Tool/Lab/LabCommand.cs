using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Cierre.Tool.Arguments;
using Cierre.Tool.Hosting;
using Cierre.Tool.Lab.Page;
using Cierre.Tool.Lab.Runs;
using Cierre.Tool.Lab.Situations;
using Cierre.Tool.Output;

namespace Cierre.Tool.Lab;

/// <summary><c>cierre lab</c>: the close lab, which makes connections end in every way and compares what both sides' records, and the events of the browser's
/// API, say with the rules of closing.</summary>
internal static class LabCommand
{
    private const string Every = "all";

    private static readonly HostAddress Standard = new(IsHttps: false, IPAddress.Loopback, 5080);

    public static Command Create(LanguageOption language)
    {
        var run = new Option<string[]>("--run")
        {
            Description = "The situations to play here, without a page: all, or some by name.",
            HelpName = "all|NAME...",
            AllowMultipleArgumentsPerToken = true,
        };
        run.CompletionSources.Add([Every, .. All.Situations.Select(situation => situation.Name)]);
        var listen = new Option<HostAddress>("--url")
        {
            Description = "Where the page is served, on this machine: http://127.0.0.1:5080, which is also the default; port 0 picks a free one.",
            HelpName = "URL", CustomParser = ListenArguments.ParseUrl
        };
        var json = new Option<bool>("--json") { Description = "Print JSON, one object a line: {\"type\":\"listening\",\"url\"} for the page; " +
            "with --run {\"type\":\"situation\",\"name\",\"expected\":{\"client\",\"server\"},\"client\",\"server\",\"event\",\"ok\"}." };
        var command = new Command("lab", $"Makes connections end in every way, by the real cause of each, " +
            $"and compares what both sides' records say with the rules of closing. Without --run it serves a page, in which your browser plays, too; " +
            $"with --run it plays here, and its exit code is 1 where something differs.\n\nThe situations:\n{Names()}")
        {
            listen, run, json, language,
        };
        command.SetAction(parsed =>
        {
            (string[] names, HostAddress? address) = (parsed.GetValue(run) ?? [], parsed.GetValue(listen));
            (bool inJson, CultureInfo spoken) = (parsed.GetValue(json), language.Of(parsed));
            if (names is []) return LabSite.ServeAsync(OfThisMachine(address ?? Standard), inJson, spoken);
            if (address is not null) throw new UsageException("--url is for the page, which --run does without.");
            return RunAsync(Chosen(names), inJson, spoken);
        });
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<Situation> situations, bool json, CultureInfo language)
    {
        long begun = Stopwatch.GetTimestamp();
        List<Outcome> outcomes = [];
        using (var progress = new LabProgress(situations.Count))
        {
            await foreach (Outcome outcome in SituationRunner.OfAsync(situations, progress.Add))
            {
                outcomes.Add(outcome);
                if (json) SituationJson.Write(outcome, language);
            }
        }

        if (!json) StandardOutput.WriteLine(LabText.Of(outcomes, Stopwatch.GetElapsedTime(begun), language));
        return outcomes.All(outcome => outcome.Ok) ? ExitCodes.Ok : ExitCodes.Failed;
    }

    /// <summary>The servers of the situations are on this machine, and so is the browser that is to reach them.</summary>
    private static HostAddress OfThisMachine(HostAddress address)
    {
        const string Right = "The page is for a browser on this machine: http://127.0.0.1, localhost or [::1], with a port.";
        if (address.IsHttps) throw new UsageException($"--url: the page is served over http, not https. {Right}");
        // ::ffff:127.0.0.1 is loopback too, but browsers write it in another way, which is nobody's name here.
        if (IPAddress.IsLoopback(address.Address) && !address.Address.IsIPv4MappedToIPv6) return address;
        throw new UsageException($"--url: {address.Address} is no loopback address of this machine. {Right}");
    }

    /// <summary>In the lab's order, each once.</summary>
    private static IReadOnlyList<Situation> Chosen(string[] names)
    {
        string[] unknown = [.. names.Where(name => name != Every && All.Situations.All(situation => situation.Name != name)).Distinct()];
        if (unknown is not []) throw new UsageException(
            $"No situation is called {string.Join(" or ", unknown.Select(name => $"'{name}'"))}. There are: all, or\n{Names()}");
        return names.Contains(Every) ? All.Situations : [.. All.Situations.Where(situation => names.Contains(situation.Name))];
    }

    private static string Names() => string.Join('\n', All.Situations.Select(situation => $"  {situation.Name,-31} {situation.Description}"));
}
