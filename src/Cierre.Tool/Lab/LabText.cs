using System.Globalization;
using Cierre.Tool.Lab.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;
using Style = Cierre.Tool.Output.Style;

namespace Cierre.Tool.Lab;

/// <summary>The lab's outcomes for people: a row for each record, a line for each difference, and the sum.</summary>
internal static class LabText
{
    // With the other columns as wide as they get, a row fits into 100 characters.
    private const int WidthOfWhy = 29;
    private const string Why = "cause and reason";

    public static string Of(IReadOnlyList<Outcome> outcomes, TimeSpan time, CultureInfo language)
    {
        List<string> lines = [Style.Render(Table(outcomes, language)), ""];
        foreach (Outcome outcome in outcomes)
        {
            foreach (string difference in outcome.Differences) lines.Add($"{Style.Bad(outcome.Situation.Name)}: {UntrustedText.Escape(difference)}");
        }

        if (lines.Count > 2) lines.Add("");
        lines.Add("event: what the listeners of the browser's API get in the client's place: o open, e error, c close");
        lines.Add(Sum(outcomes, time));
        return string.Join('\n', lines);
    }

    private static string Sum(IReadOnlyList<Outcome> outcomes, TimeSpan time)
    {
        int differing = outcomes.Count(outcome => !outcome.Ok);
        string situations = outcomes.Count == 1 ? "1 situation" : $"{outcomes.Count} situations";
        string verdict = differing == 0 ? Style.Good("all as the rules of closing say") : Style.Bad($"{differing} not as the rules of closing say");
        return string.Create(CultureInfo.InvariantCulture, $"{situations} in {time.TotalSeconds:0.0} s: {verdict}");
    }

    private static Table Table(IReadOnlyList<Outcome> outcomes, CultureInfo language)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (string title in (string[])["situation", "side", "code", "clean", "sent", "got", Why, "event", "ok"])
        {
            table.AddColumn(new TableColumn(title) { Padding = new Padding(0), NoWrap = title != Why, Width = title == Why ? WidthOfWhy : null });
        }

        foreach (Outcome outcome in outcomes)
        {
            string name = outcome.Situation.Name;
            IRenderable ok = outcome.Ok ? new Text("yes", Color.Green) : new Text("NO", Color.Red);
            string said = "";
            // Of the browser's API, in the client's row: o for open, e for error, c for close.
            string events = outcome.Event is { } received ? string.Join(' ', received.Order.Select(type => type[0])) : "";
            foreach ((string side, CloseRecord record) in Records(outcome))
            {
                string cause = record.Cause.ToKebabCase();
                string words = Words(record, language);
                table.AddRow([new Text(name), new Text(side), .. Cells(record), new Text(words == said ? cause : cause + words),
                    new Text(side == "client" ? events : ""), ok]);
                // Once for the situation, not for each record; the same words once, too.
                (name, ok, said) = ("", Text.Empty, words);
            }

            if (name.Length > 0) table.AddRow([new Text(name), new Text("none"), .. Enumerable.Repeat(Text.Empty, 6), ok]);
        }

        return table;
    }

    private static IEnumerable<(string Side, CloseRecord Record)> Records(Outcome outcome)
    {
        if (outcome.Client is { } client) yield return ("client", client);
        if (outcome.Server is { } server) yield return ("server", server);
    }

    private static IRenderable[] Cells(CloseRecord record) =>
    [
        new Text(Number(record.Code)),
        new Text(record.WasClean ? "yes" : "no"),
        new Text(record.Sent is { } sent ? Number(sent.Code) : "-"),
        new Text(record.Received is { } received ? Number(received.Code) : "-"),
    ];

    /// <summary>The reason that was given by who decided; the detail of what never opened.</summary>
    private static string Words(CloseRecord record, CultureInfo language)
    {
        string? reason = record.EndedBy == EndedBy.Remote ? record.Reason : record.Sent?.Reason;
        return reason is { Length: > 0 } ? $" {UntrustedText.Quote(reason)}" : record.WasOpen ? "" : $": {UntrustedText.Escape(record.Describe(language))}";
    }

    private static string Number(ushort code) => code.ToString(CultureInfo.InvariantCulture);
}
