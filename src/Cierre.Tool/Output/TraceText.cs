using System.Globalization;

namespace Cierre.Tool.Output;

/// <summary>What a trace shows, for people: the time, the direction, what passed, and how its payload begins. Whatever the peer wrote is escaped.</summary>
internal static class TraceText
{
    public static string Line(WebSocketTraceEvent seen, CultureInfo language)
    {
        (string mark, string text) = seen switch
        {
            WebSocketTraceFrame frame => (frame.IsReceived ? "<" : ">", frame.Describe(language) + (frame.PayloadPreview is { } shown ? ": " + shown : "")),
            WebSocketTraceViolation violation => ("!", string.Create(CultureInfo.InvariantCulture, $"{violation.CloseFrame.Code}: {seen.Describe(language)}")),
            _ => (".", seen.Describe(language)),
        };
        string line = string.Create(CultureInfo.InvariantCulture, $"{seen.Elapsed.TotalMilliseconds,9:0.0} ms {mark} ");
        return Style.Quiet(line) + (seen is WebSocketTraceViolation or WebSocketTraceFrame { IsRefused: true } ? Style.Bad(text) : Style.Quiet(text));
    }

    /// <summary><c>opening 1.9 ms: TCP connection 0.2 ms, opening handshake 1.2 ms</c>: the whole, which also has what is between the steps, and each of
    /// them.</summary>
    public static string Opening(OpeningTimes times, CultureInfo language)
    {
        IEnumerable<string> steps = times.Steps.Select(step => string.Create(CultureInfo.InvariantCulture,
            $"{Name(step, times, language)} {step.Duration.TotalMilliseconds:0.0} ms{(step.Succeeded ? "" : " (failed)")}"));
        return Style.Quiet(string.Create(CultureInfo.InvariantCulture, $"opening {times.Total.TotalMilliseconds:0.0} ms: {string.Join(", ", steps)}"));
    }

    /// <summary>The name of a step, with the address where several were tried.</summary>
    public static string Name(OpeningStep step, OpeningTimes times, CultureInfo language) =>
        step.EndPoint is { } address && times.Steps.Count(other => other.EndPoint is not null) > 1
            ? $"{step.Describe(language)} {address}"
            : step.Describe(language);
}
