using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Cierre.Tool.Output;

/// <summary>A close as JSON: the same object wherever the tool prints one, and the one of the library (<see cref="CloseRecordJsonConverter"/>).</summary>
internal static class CloseJson
{
    // A context keeps what it was made with, and makes its metadata once.
    private static readonly ConcurrentDictionary<string, CloseJsonContext> Contexts = new();

    public static void Write(CloseRecord record, CultureInfo language) => JsonLines.Write(record, In(language).CloseRecord);

    public static JsonObject ToObject(CloseRecord record, CultureInfo language) => JsonSerializer.SerializeToNode(record, In(language).CloseRecord)!.AsObject();

    /// <summary>For a page, which shows what it is given: the reasons escaped, as everything else in it is.</summary>
    public static JsonObject ToShown(CloseRecord record, CultureInfo language)
    {
        JsonObject json = ToObject(record, language);
        foreach (JsonObject? part in (JsonObject?[])[json, (JsonObject?)json["sent"], (JsonObject?)json["received"]])
        {
            if (part is not null) part["reason"] = UntrustedText.Escape((string)part["reason"]!);
        }

        return json;
    }

    private static CloseJsonContext In(CultureInfo language) => Contexts.GetOrAdd(language.Name, static (_, language) =>
    {
        JsonSerializerOptions options = JsonLines.Options;
        options.Converters.Add(new CloseRecordJsonConverter(language));
        return new CloseJsonContext(options);
    }, language);
}

/// <summary>One close frame; an empty body is 1005 and "".</summary>
internal sealed record CloseFrameJson(int Code, string Reason)
{
    public static CloseFrameJson? Of(CloseFrame? frame) => frame is null ? null : new(frame.Code, frame.Reason);
}

[JsonSerializable(typeof(CloseRecord))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class CloseJsonContext : JsonSerializerContext
{
    public static CloseJsonContext Relaxed { get; } = new(JsonLines.Options);
}
