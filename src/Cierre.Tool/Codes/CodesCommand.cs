using System.CommandLine;
using System.Globalization;
using Cierre.Tool.Arguments;
using Cierre.Tool.Output;
using Spectre.Console;
using Style = Cierre.Tool.Output.Style;

namespace Cierre.Tool.Codes;

/// <summary><c>cierre codes</c>: every close code from 0 to 4999, single ones and the ranges between them.</summary>
internal static class CodesCommand
{
    private const int NarrowestTable = 140;

    public static Command Create(LanguageOption language)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON array of {from, to, name, description, wire, app, reconnect}." };
        var command = new Command("codes", "Lists every close code from 0 to 4999: name, meaning, who may send it, and whether to reconnect.")
        {
            json, language
        };
        command.SetAction(parsed =>
        {
            CultureInfo spoken = language.Of(parsed);
            if (parsed.GetValue(json))
                JsonLines.Write([.. CloseCodes.Default.All.Select(row => CodeJson.Of(row, spoken))], CodeJsonContext.Relaxed.CodeJsonArray);
            else StandardOutput.WriteLine(ForPeople(spoken));
            return ExitCodes.Ok;
        });
        return command;
    }

    // A table that had to break its cells would be harder to read than a list.
    private static string ForPeople(CultureInfo language) =>
        Style.Width >= NarrowestTable ? Table(language) : string.Join('\n', CloseCodes.Default.All.Select(row => Entry(row, language)));

    private static string Table(CultureInfo language)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (string title in (string[])["code", "name", "on the wire", "may send", "meaning", "reconnect"]) table.AddColumn(title);
        foreach (CloseCodeInfo row in CloseCodes.Default.All)
        {
            // Text and not markup: an application's own names may hold brackets.
            table.AddRow(new Text(CodeJson.Range(row)), new Text(row.GetName(language)), new Text(Wire(row)), new Text(CodeJson.Senders(row)),
                new Text(row.Describe(language)), new Text(row.Reconnect.Describe(language)));
        }

        return Style.Render(table);
    }

    private static string Entry(CloseCodeInfo row, CultureInfo language) =>
        $"{Style.Strong($"{CodeJson.Range(row)} {row.GetName(language)}".TrimEnd())}: {row.Describe(language)}\n  on the wire: {Wire(row)}; may send: " +
        $"{CodeJson.Senders(row)}; reconnect: {row.Reconnect.Describe(language)}";

    private static string Wire(CloseCodeInfo row) => row.IsAllowedInFrame ? "yes" : "no";
}
