using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Cierre.Tool.Output;

/// <summary>A close as JSON: the same object wherever the tool prints one. The members stand in the order of the contract.</summary>
internal sealed record CloseJson(
    string Type,
    int Code,
    string Name,
    string Reason,
    bool WasClean,
    CloseFrameJson? Sent,
    CloseFrameJson? Received,
    bool ReceivedFirst,
    string EndedBy,
    string Cause,
    string Detail,
    int? HttpStatus,
    long ElapsedMs,
    string Explanation)
{
    public static CloseJson Of(CloseRecord record, CultureInfo language) => new(
        "close",
        record.Code,
        record.CodeInfo.GetName(language),
        record.Reason,
        record.WasClean,
        CloseFrameJson.Of(record.Sent),
        CloseFrameJson.Of(record.Received),
        record.ReceivedFirst,
        record.EndedBy.ToKebabCase(),
        record.Cause.ToKebabCase(),
        record.Describe(language),
        (int?)record.HttpStatus,
        (long)Math.Round(record.Elapsed.TotalMilliseconds),
        record.Explain(language));

    /// <summary>For a page, which shows what it is given: the reasons escaped, as everything else in it is.</summary>
    public static JsonObject ToShown(CloseRecord record, CultureInfo language)
    {
        CloseJson json = Of(record, language);
        json = json with { Reason = UntrustedText.Escape(json.Reason), Sent = json.Sent?.Escaped(), Received = json.Received?.Escaped() };
        return JsonSerializer.SerializeToNode(json, CloseJsonContext.Relaxed.CloseJson)!.AsObject();
    }

    public static JsonObject ToObject(CloseRecord record, CultureInfo language) =>
        JsonSerializer.SerializeToNode(Of(record, language), CloseJsonContext.Relaxed.CloseJson)!.AsObject();

    public static void Write(CloseRecord record, CultureInfo language) => JsonLines.Write(Of(record, language), CloseJsonContext.Relaxed.CloseJson);
}

/// <summary>One close frame; an empty body is 1005 and "".</summary>
internal sealed record CloseFrameJson(int Code, string Reason)
{
    public static CloseFrameJson? Of(CloseFrame? frame) => frame is null ? null : new(frame.Code, frame.Reason);

    public CloseFrameJson Escaped() => this with { Reason = UntrustedText.Escape(Reason) };
}

[JsonSerializable(typeof(CloseJson))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class CloseJsonContext : JsonSerializerContext
{
    public static CloseJsonContext Relaxed { get; } = new(JsonLines.Options);
}
