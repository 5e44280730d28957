using System.Globalization;
using System.Text.Json.Serialization;
using Cierre.Tool.Output;

namespace Cierre.Tool.Codes;

/// <summary>One row of <c>cierre codes --json</c>.</summary>
internal sealed record CodeJson(int From, int To, string Name, string Description, bool Wire, string App, string Reconnect)
{
    public static CodeJson Of(CloseCodeInfo row, CultureInfo language) =>
        new(row.FirstCode, row.LastCode, row.GetName(language), row.Describe(language), row.IsAllowedInFrame, Senders(row), row.Reconnect.Describe(language));

    /// <summary>Who may send it, in the words that the JSON has always had.</summary>
    public static string Senders(CloseCodeInfo row) => row.AllowedSenders switch
    {
        AllowedSenders.None => "no",
        AllowedSenders.Client => "client",
        AllowedSenders.Client | AllowedSenders.Server => "connection",
        _ => "yes",
    };

    public static string Range(CloseCodeInfo row) =>
        row.FirstCode == row.LastCode
            ? row.FirstCode.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{row.FirstCode}-{row.LastCode}");
}

[JsonSerializable(typeof(CodeJson[]))]
internal sealed partial class CodeJsonContext : JsonSerializerContext
{
    public static CodeJsonContext Relaxed { get; } = new(JsonLines.Options);
}
