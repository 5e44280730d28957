using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Cierre.Tool.Lab.Runs;
using Cierre.Tool.Output;

namespace Cierre.Tool.Lab;

/// <summary>A situation's line for programs. The members stand in the order of the contract.</summary>
internal sealed record SituationJson(string Type, string Name, ExpectedJson Expected, JsonObject? Client, JsonObject? Server, ReceivedEvent? Event, bool Ok)
{
    public static void Write(Outcome outcome, CultureInfo language) => JsonLines.Write(
        new SituationJson(
            "situation",
            outcome.Situation.Name,
            new ExpectedJson(outcome.Situation.Client?.ToJson(language), outcome.Situation.Server?.ToJson(language)),
            outcome.Client is null ? null : CloseJson.ToObject(outcome.Client, language),
            outcome.Server is null ? null : CloseJson.ToObject(outcome.Server, language),
            outcome.Event,
            outcome.Ok),
        SituationJsonContext.Relaxed.SituationJson);
}

/// <summary>Fields of the close objects; null for a side that has none.</summary>
internal sealed record ExpectedJson(JsonObject? Client, JsonObject? Server);

[JsonSerializable(typeof(SituationJson))]
internal sealed partial class SituationJsonContext : JsonSerializerContext
{
    public static SituationJsonContext Relaxed { get; } = new(JsonLines.Options);
}
