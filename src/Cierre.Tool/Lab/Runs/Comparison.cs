using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cierre.Tool.Lab.Runs;

/// <summary>Compares a close object with the fields of it that are expected.</summary>
internal static class Comparison
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="expected">Any subset of the fields; null where the side must have no record.</param>
    /// <param name="actual">The whole close object; null where there is none.</param>
    public static IEnumerable<Difference> Of(string side, JsonObject? expected, JsonObject? actual)
    {
        if (expected is null || actual is null)
        {
            if (expected is null != actual is null)
                yield return new Difference(side, "", expected is null ? "no record" : "a record", actual is null ? "none" : Text(actual));
            yield break;
        }

        foreach ((string field, JsonNode? value) in expected)
        {
            bool exists = actual.TryGetPropertyValue(field, out JsonNode? got);
            if (!exists || !JsonNode.DeepEquals(value, got)) yield return new Difference(side, field, Text(value), exists ? Text(got) : "no such field");
        }
    }

    private static string Text(JsonNode? value) => value?.ToJsonString(Readable) ?? "null";
}
