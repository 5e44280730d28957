using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cierre.Tool.Output;

namespace Cierre.Tool.Lab.Stage;

/// <summary>How a situation went: what both records said, and each way in which that is not what was expected.</summary>
internal sealed record Outcome(Situation Situation, CloseRecord? Client, CloseRecord? Server, IReadOnlyList<string> Differences)
{
    public bool Ok => Differences.Count == 0;

    public static Outcome Of(Situation situation, CloseRecord? client, CloseRecord? server) => new(
        situation,
        client,
        server,
        [.. Compare("client", situation.Client, client).Concat(Compare("server", situation.Server, server)).Select(difference => difference.ToString())]);

    /// <summary>One that could not be played to its end.</summary>
    public static Outcome Broken(Situation situation, string why) => new(situation, null, null, [why]);

    // In English, whatever language the outcome is printed in.
    private static IEnumerable<Difference> Compare(string side, ExpectedClose? expected, CloseRecord? record) =>
        Comparison.Of(side, expected?.ToJson(CultureInfo.InvariantCulture), Json(record));

    private static JsonObject? Json(CloseRecord? record) =>
        record is null ? null : JsonSerializer.SerializeToNode(CloseJson.Of(record, CultureInfo.InvariantCulture), CloseJsonContext.Relaxed.CloseJson)!.AsObject();
}
