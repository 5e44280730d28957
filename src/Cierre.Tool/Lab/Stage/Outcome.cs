using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Cierre.Tool.Output;

namespace Cierre.Tool.Lab.Stage;

/// <summary>How a situation went: what both records said, and each way in which that is not what was expected.</summary>
/// <param name="Event">What the listeners of the browser's API received when it played the client; null where a raw peer does.</param>
internal sealed record Outcome(Situation Situation, CloseRecord? Client, CloseRecord? Server, ReceivedEvent? Event, IReadOnlyList<string> Differences)
{
    public bool Ok => Differences.Count == 0;

    /// <param name="plain">The situation as a connection played it.</param>
    /// <param name="browser">The same as the browser's API played it; null where a raw peer plays the client.</param>
    public static Outcome Of(Situation situation, PlayedEnd plain, PlayedEnd? browser) => new(
        situation,
        plain.Client,
        plain.Server,
        browser?.Event,
        [.. OfRecords(situation, plain, "client", "server"), .. browser is null ? [] : OfRecords(situation, browser, "browser's client", "browser's server"), .. OfEvent(situation, browser?.Event)]);

    /// <summary>One that could not be played to its end.</summary>
    public static Outcome Broken(Situation situation, string why) => new(situation, null, null, null, [why]);

    private static IEnumerable<string> OfRecords(Situation situation, PlayedEnd end, string client, string server) =>
        Compare(client, situation.Client, end.Client).Concat(Compare(server, situation.Server, end.Server)).Select(difference => difference.ToString());

    private static IEnumerable<string> OfEvent(Situation situation, ReceivedEvent? received) =>
        Comparison.Of("event", Json(situation.Client?.ToEvent()), Json(received)).Select(difference => difference.ToString());

    private static JsonObject? Json(ReceivedEvent? received) =>
        received is null ? null : JsonSerializer.SerializeToNode(received, ReceivedEventContext.Relaxed.ReceivedEvent)!.AsObject();

    // In English, whatever language the outcome is printed in.
    private static IEnumerable<Difference> Compare(string side, ExpectedClose? expected, CloseRecord? record) =>
        Comparison.Of(side, expected?.ToJson(CultureInfo.InvariantCulture), Json(record));

    private static JsonObject? Json(CloseRecord? record) =>
        record is null ? null : CloseJson.ToObject(record, CultureInfo.InvariantCulture);
}

/// <summary>How one playing of a situation ended.</summary>
internal sealed record PlayedEnd(CloseRecord? Client, CloseRecord? Server, ReceivedEvent? Event);

[JsonSerializable(typeof(ReceivedEvent))]
internal sealed partial class ReceivedEventContext : JsonSerializerContext
{
    public static ReceivedEventContext Relaxed { get; } = new(JsonLines.Options);
}
