using System.Globalization;
using System.Text.Json.Serialization;
using Cierre.Tool.Output;

namespace Cierre.Tool.Connect;

/// <summary>The run for programs: one object a line, the last one of type close; between two attempts one of type reconnect, between two
/// connections of a session reconnecting and resumed.</summary>
internal sealed class ConnectJson(bool frames, CultureInfo language) : IConnectReport
{
    public void Opened(WebSocketConnection connection) => JsonLines.Write(
        new OpenJson("open", connection.Url?.AbsoluteUri ?? "", connection.Subprotocol, connection.Extensions, HttpName.Of(connection),
            OpeningJson.Of(connection.OpeningTimes)),
        ConnectJsonContext.Relaxed.OpenJson);

    public void Sending(string text)
    {
        // Only what happens to us has a line.
    }

    public void Sending(BinaryFile file)
    {
        // As above.
    }

    public void Received(WebSocketMessage message)
    {
        bool isText = message.Kind == WebSocketMessageKind.Text;
        string data = isText ? message.GetText() : Convert.ToBase64String(message.Data.Span);
        JsonLines.Write(
            new MessageJson("message", isText ? "text" : "binary", data, message.Data.Length, message.Topic), ConnectJsonContext.Relaxed.MessageJson);
    }

    public void Seen(WebSocketTraceEvent seen)
    {
        if (frames) TraceJson.Write(seen, language);
    }

    public void Failed(CloseRecord record) =>
        JsonLines.Write(new ErrorJson("error", record.Describe(language), OpeningJson.Of(record.OpeningTimes)), ConnectJsonContext.Relaxed.ErrorJson);

    public void Closed(CloseRecord record) => CloseJson.Write(record, language);

    public void Reconnecting(int attempt, TimeSpan delay) =>
        JsonLines.Write(new ReconnectJson("reconnect", attempt, (long)Math.Round(delay.TotalMilliseconds)), ConnectJsonContext.Relaxed.ReconnectJson);

    public void Away(ReconnectPlan plan) => JsonLines.Write(
        new ReconnectingJson("reconnecting", plan.Attempt, SessionJson.Milliseconds(plan.Delay), plan.Last.Code, plan.Last.Cause.ToKebabCase(),
            plan.Last.Describe(language)),
        ConnectJsonContext.Relaxed.ReconnectingJson);

    public void Resumed(SessionConnection before)
    {
        RepeatedMessages repeated = RepeatedMessages.Of(before, isClient: true);
        JsonLines.Write(
            new ResumedJson("resumed", SessionJson.Milliseconds(before.Pause), repeated.ToClient, repeated.ToServer),
            ConnectJsonContext.Relaxed.ResumedJson);
    }

    public void Missing(TopicGap gap) =>
        JsonLines.Write(new GapJson("gap", gap.Topic, gap.From, gap.To), ConnectJsonContext.Relaxed.GapJson);

    public void NotSent(string text)
    {
        // Nobody types here.
    }
}

internal sealed record OpenJson(string Type, string Url, string? Protocol, string Extensions, string Http, OpeningJson? Opening);

/// <param name="Topic">The topic that it was published to; left out where there is none.</param>
internal sealed record MessageJson(
    string Type, string Kind, string Data, int Bytes, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Topic);

/// <param name="From">The first that is missing; null: the topic begins anew.</param>
/// <param name="To">The last.</param>
internal sealed record GapJson(string Type, string Topic, long? From, long? To);

/// <summary>A session has lost its connection, or could not open the next one.</summary>
internal sealed record ReconnectingJson(string Type, int Attempt, long? DelayMs, int Code, string Cause, string Detail);

internal sealed record ResumedJson(string Type, long? PauseMs, long? RepeatedToClient, long? RepeatedByClient);

/// <param name="Opening">Of an opening that failed; null where the connection was open.</param>
internal sealed record ErrorJson(string Type, string Detail, OpeningJson? Opening);

internal sealed record ReconnectJson(string Type, int Attempt, long DelayMs);

[JsonSerializable(typeof(ReconnectJson))]
[JsonSerializable(typeof(ReconnectingJson))]
[JsonSerializable(typeof(ResumedJson))]
[JsonSerializable(typeof(GapJson))]
[JsonSerializable(typeof(OpenJson))]
[JsonSerializable(typeof(MessageJson))]
[JsonSerializable(typeof(ErrorJson))]
internal sealed partial class ConnectJsonContext : JsonSerializerContext
{
    public static ConnectJsonContext Relaxed { get; } = new(JsonLines.Options);
}
