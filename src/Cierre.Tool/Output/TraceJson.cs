using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cierre.Tool.Output;

/// <summary>What a trace shows, for programs: one object of type frame, violation or transport. Times are milliseconds since the opening.</summary>
internal static class TraceJson
{
    public static void Write(WebSocketTraceEvent seen, CultureInfo language)
    {
        double time = Milliseconds(seen.Elapsed);
        switch (seen)
        {
            case WebSocketTraceFrame frame:
                JsonLines.Write(
                    new FrameJson("frame", time, frame.IsReceived ? "in" : "out", (int)frame.Opcode, frame.OpcodeName, frame.IsFinal, frame.ReservedBits,
                        frame.IsMasked, frame.Length, frame.IsCompressed, frame.IsRefused,
                        Convert.ToHexStringLower(frame.Payload.Span), CloseFrameJson.Of(frame.CloseFrame)),
                    TraceJsonContext.Relaxed.FrameJson);
                break;
            case WebSocketTraceViolation violation:
                JsonLines.Write(
                    new ViolationJson("violation", time, violation.Cause.ToKebabCase(), violation.CloseFrame.Code, violation.Describe(language)),
                    TraceJsonContext.Relaxed.ViolationJson);
                break;
            case WebSocketTraceTransport transport:
                JsonLines.Write(new TransportJson("transport", time, Kebab(transport.Kind), transport.Describe(language)),
                    TraceJsonContext.Relaxed.TransportJson);
                break;
        }
    }

    internal static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    internal static string Kebab<T>(T word)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(word.ToString());
}

/// <param name="Payload">How it begins, in hexadecimal digits.</param>
internal sealed record FrameJson(
    string Type, double TimeMs, string Direction, int Opcode, string Name, bool Fin, int Rsv, bool? Masked, long? Length, bool Compressed, bool Refused,
    string Payload, CloseFrameJson? Close);

internal sealed record ViolationJson(string Type, double TimeMs, string Cause, int Code, string Detail);

internal sealed record TransportJson(string Type, double TimeMs, string Event, string Detail);

/// <summary>Where the time of an opening went.</summary>
internal sealed record OpeningJson(double TotalMs, IReadOnlyList<OpeningStepJson> Steps)
{
    public static OpeningJson? Of(OpeningTimes? times) => times is null ? null : new(
        TraceJson.Milliseconds(times.Total),
        [.. times.Steps.Select(step => new OpeningStepJson(TraceJson.Kebab(step.Phase), TraceJson.Milliseconds(step.Start),
            TraceJson.Milliseconds(step.Duration), step.Succeeded, step.EndPoint?.ToString()))]);
}

/// <param name="Address">The one that was tried, of a TCP connection.</param>
internal sealed record OpeningStepJson(string Phase, double StartMs, double Ms, bool Completed, string? Address);

[JsonSerializable(typeof(FrameJson))]
[JsonSerializable(typeof(ViolationJson))]
[JsonSerializable(typeof(TransportJson))]
internal sealed partial class TraceJsonContext : JsonSerializerContext
{
    public static TraceJsonContext Relaxed { get; } = new(JsonLines.Options);
}
