using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cierre.Tool.Output;

/// <summary>Writes one JSON object a line: camelCase, null fields written, and only what could harm a terminal is escaped: controls of the cursor, of the line
/// and of the direction.</summary>
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
        if (!Ascii.IsValid(line.WrittenSpan) && Encoding.UTF8.GetString(line.WrittenSpan) is var text && !IsHarmless(text))
        {
            StandardOutput.WriteLine(Harmless(text));
            return;
        }

        line.Write("\n"u8);
        StandardOutput.Write(line.WrittenSpan);
    }

    /// <summary>The same JSON, with what <see cref="UntrustedText"/> escapes as \u and four digits: such characters stand in the strings of JSON alone (RFC
    /// 8259 7).</summary>
    internal static string Harmless(string json)
    {
        var harmless = new StringBuilder(json.Length + 64);
        foreach (char unit in json)
        {
            // What the rule names is in the basic plane: one unit, one escape.
            if (char.IsAscii(unit) || char.IsSurrogate(unit) || IsHarmless(unit.ToString())) harmless.Append(unit);
            else harmless.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
        }

        return harmless.ToString();
    }

    private static bool IsHarmless(string text) => UntrustedText.Escape(text, maxLength: null) == text;
}
