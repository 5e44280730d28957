using System.Text.Json.Serialization;

namespace Cierre.Tool.Output;

/// <summary>Says where a server of the tool listens.</summary>
internal static class Listening
{
    public static void Write(string url, bool json)
    {
        if (json) JsonLines.Write(new ListeningJson("listening", url), ListeningJsonContext.Relaxed.ListeningJson);
        else StandardOutput.WriteLine($"listening on {Style.Strong(url)}");
    }
}

internal sealed record ListeningJson(string Type, string Url);

[JsonSerializable(typeof(ListeningJson))]
internal sealed partial class ListeningJsonContext : JsonSerializerContext
{
    public static ListeningJsonContext Relaxed { get; } = new(JsonLines.Options);
}
