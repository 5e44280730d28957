using System.Text.Json.Serialization;

namespace Cierre.Tool.Output;

/// <summary>What has happened to a session, as a line of a server.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Event">opened, parked, resumed, lost or ended.</param>
/// <param name="Reason">See <see cref="SessionReason"/>.</param>
/// <param name="PauseMs">How long it had no connection, of one that is resumed.</param>
/// <param name="RepeatedToClient">How many messages, likewise.</param>
/// <param name="RepeatedByClient">How many messages; null as well where the client does not say.</param>
internal sealed record SessionJson(string Type, string Id, string Event, string? Reason, long? PauseMs, long? RepeatedToClient, long? RepeatedByClient)
{
    public static void Write(string id, SessionChange change)
    {
        SessionConnection? before = change.Kind == SessionChangeKind.Resumed ? change.LastConnection : null;
        RepeatedMessages repeated = before is null ? default : RepeatedMessages.Of(before, isClient: false);
        JsonLines.Write(
            new SessionJson("session", id, TraceJson.Kebab(change.Kind), SessionReason.Of(change), Milliseconds(before?.Pause), repeated.ToClient,
                repeated.ToServer),
            SessionJsonContext.Relaxed.SessionJson);
    }

    public static long? Milliseconds(TimeSpan? time) => time is { } known ? (long)Math.Round(known.TotalMilliseconds) : null;
}

[JsonSerializable(typeof(SessionJson))]
internal sealed partial class SessionJsonContext : JsonSerializerContext
{
    public static SessionJsonContext Relaxed { get; } = new(JsonLines.Options);
}
