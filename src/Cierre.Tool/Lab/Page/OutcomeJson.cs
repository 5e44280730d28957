using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cierre.Tool.Lab.Runs;
using Cierre.Tool.Output;

namespace Cierre.Tool.Lab.Page;

/// <summary>An outcome for the page: its three columns, why they differ, and its diagrams.</summary>
internal static class OutcomeJson
{
    public static JsonObject Of(Outcome outcome, CultureInfo language)
    {
        PlayedEnd? page = outcome.Page;
        return new JsonObject
        {
            ["type"] = "outcome",
            ["name"] = outcome.Situation.Name,
            ["ok"] = outcome.Ok,
            ["differences"] = Strings(outcome.Differences),
            ["browser"] = page is null ? null : Browser(page),
            ["cannot"] = Cannot(outcome),
            ["instead"] = page is null ? null : outcome.Situation.InPage.InsteadIn(outcome.PageKind),
            ["client"] = Close(outcome.Client, language),
            ["event"] = outcome.Event is { } received ? Event(received) : null,
            ["server"] = Close(page?.Server ?? outcome.Server, language),
            ["serverOfClient"] = page?.Server is null ? null : Close(outcome.Server, language),
            ["why"] = Strings(Explanations.Of(outcome)),
            ["diagrams"] = OutcomeDiagrams.Of(outcome.Situation.Name, outcome.Plain, page, language),
        };
    }

    /// <summary>The key of the sentence that says why this browser does not play.</summary>
    public static string? Cannot(Outcome outcome) =>
        outcome.Page is not null || outcome.Plain is null ? null : outcome.Situation.Client is null ? "raw-client"
            : outcome.Situation.InPage.CannotIn(outcome.PageKind);

    private static JsonObject Browser(PlayedEnd page)
    {
        JsonObject json = Event(page.Event!);
        json["events"] = new JsonArray([.. page.Events.Select(seen => (JsonNode)new JsonObject { ["type"] = seen.Type, ["ms"] = Math.Round(seen.Ms, 1) })]);
        return json;
    }

    private static JsonObject Event(ReceivedEvent received) =>
        JsonSerializer.SerializeToNode(received with { Reason = received.Reason is { } reason ? UntrustedText.Escape(reason) : null },
            ReceivedEventContext.Relaxed.ReceivedEvent)!.AsObject();

    private static JsonObject? Close(CloseRecord? record, CultureInfo language) => record is null ? null : CloseJson.ToShown(record, language);

    private static JsonArray Strings(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode?)JsonValue.Create(text))]);
}
