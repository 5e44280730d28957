using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Cierre.Tool.Output;

namespace Cierre.Tool.Lab.Runs;

/// <summary>How a situation went: how each playing of it ended, and each way in which that is not what was expected.</summary>
/// <param name="Plain">As a connection played it; null where it could not be played to its end.</param>
/// <param name="Browser">As Cierre's browser API played it; null where a raw peer plays the client.</param>
/// <param name="Page">As the browser of the lab's page played it; null where it did not.</param>
internal sealed record Outcome(Situation Situation, PlayedEnd? Plain, PlayedEnd? Browser, PlayedEnd? Page, IReadOnlyList<string> Differences)
{
    /// <summary>The browser of that page.</summary>
    public BrowserKind PageKind { get; init; }

    public bool Ok => Differences.Count == 0;

    public CloseRecord? Client => Plain?.Client;

    public CloseRecord? Server => Plain?.Server;

    /// <summary>What the listeners of the browser's API received when it played the client.</summary>
    public ReceivedEvent? Event => Browser?.Event;

    public static Outcome Of(Situation situation, PlayedEnd plain, PlayedEnd? browser, PlayedEnd? page, BrowserKind kind) => new(
        situation,
        plain,
        browser,
        page,
        [
            .. OfRecords(situation, plain, "client", "server"),
            .. browser is null ? [] : OfRecords(situation, browser, "browser's client", "browser's server"),
            .. OfEvent("event", situation.Client?.ToEvent(), browser?.Event),
            .. page is null ? [] : OfPage(situation, page, kind),
        ])
    {
        PageKind = kind,
    };

    /// <summary>One that could not be played to its end.</summary>
    public static Outcome Broken(Situation situation, string why) => new(situation, null, null, null, [why]);

    private static IEnumerable<string> OfRecords(Situation situation, PlayedEnd end, string client, string server) =>
        Compare(client, situation.Client, end.Client).Concat(Compare(server, situation.Server, end.Server)).Select(difference => difference.ToString());

    private static IEnumerable<string> OfPage(Situation situation, PlayedEnd page, BrowserKind kind) =>
        Compare("page's server", (situation.InPage.Server ?? situation.Server)?.OrRepeated(page.Server?.Received), page.Server)
            .Select(difference => difference.ToString())
            .Concat(OfEvent("page's event", situation.InPage.EventFor(situation.Client!, kind, page.Event), page.Event));

    private static IEnumerable<string> OfEvent(string side, ReceivedEvent? expected, ReceivedEvent? received) =>
        Comparison.Of(side, Json(expected), Json(received)).Select(difference => difference.ToString());

    private static JsonObject? Json(ReceivedEvent? received) =>
        received is null ? null : JsonSerializer.SerializeToNode(received, ReceivedEventContext.Relaxed.ReceivedEvent)!.AsObject();

    // In English, whatever language the outcome is printed in.
    private static IEnumerable<Difference> Compare(string side, ExpectedClose? expected, CloseRecord? record) =>
        Comparison.Of(side, expected?.ToJson(CultureInfo.InvariantCulture), Json(record));

    private static JsonObject? Json(CloseRecord? record) =>
        record is null ? null : CloseJson.ToObject(record, CultureInfo.InvariantCulture);
}

/// <summary>How one playing of a situation ended.</summary>
internal sealed record PlayedEnd(CloseRecord? Client, CloseRecord? Server, ReceivedEvent? Event)
{
    /// <summary>The events of a page's socket with their times.</summary>
    public IReadOnlyList<TimedEvent> Events { get; init; } = [];

    /// <summary>The frames as the client saw them; empty where nobody looked.</summary>
    public IReadOnlyList<WebSocketTraceEvent> ClientTrace { get; init; } = [];

    /// <summary>The frames as the server saw them; empty where nobody looked.</summary>
    public IReadOnlyList<WebSocketTraceEvent> ServerTrace { get; init; } = [];
}

[JsonSerializable(typeof(ReceivedEvent))]
internal sealed partial class ReceivedEventContext : JsonSerializerContext
{
    public static ReceivedEventContext Relaxed { get; } = new(JsonLines.Options);
}
