using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cierre.Tool.Output;

/// <summary>Writes one JSON object a line: camelCase, null fields written, control characters escaped and nothing else without need.</summary>
internal static class JsonLines
{
    // Relaxed: the lines go to a terminal or a program, never into HTML.
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>What every context of ours is created with; a new instance each, since a context keeps it.</summary>
    public static JsonSerializerOptions Options => new() { Encoder = Encoder, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Write<T>(T value, JsonTypeInfo<T> type)
    {
        var line = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(line, new JsonWriterOptions { Encoder = Encoder })) JsonSerializer.Serialize(json, value, type);
        line.Write("\n"u8);
        StandardOutput.Write(line.WrittenSpan);
    }
}
