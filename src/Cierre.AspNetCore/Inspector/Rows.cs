using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cierre.AspNetCore.Inspector;

/// <summary>One open connection, as the inspector tells of it. Not its address: queries carry tokens.</summary>
/// <param name="Age">In seconds, as all times here but those of frames.</param>
/// <param name="RoundTrip">The last one, in milliseconds.</param>
/// <param name="Frames">The last frames, where they are kept.</param>
internal sealed record ConnectionRow(
    long Id, string Endpoint, string? User, string? Remote, string? Subprotocol, string? Extensions, string Http, DateTimeOffset OpenedAt, double Age,
    double Idle, double? RoundTrip, bool IsOpen,
    long MessagesReceived, long MessagesSent, long FramesReceived, long FramesSent, long BytesReceived, long BytesSent, long Dropped, long Queued,
        IReadOnlyList<FrameRow>? Frames);

/// <param name="Process">Whose numbers these are: see <see cref="MappedInspectors.Process"/>.</param>
/// <param name="Open">How many are open, the inspector's own left out.</param>
/// <param name="Matching">How many of those the filter lets through.</param>
/// <param name="Next">Ask for those before this number to go on; null at the end.</param>
internal sealed record ConnectionsMessage(string Type, string Process, int Open, int Matching, int Viewers, bool ShowsPayloads, long? Next,
    IReadOnlyList<ConnectionRow> Connections);

/// <summary>One session, as the inspector tells of it. Its id is a name in logs, and opens nothing.</summary>
/// <param name="Connection">The number of the connection that carries it; null: none does.</param>
/// <param name="Age">In seconds, as all times here.</param>
/// <param name="AwayFor">How long it has been without a connection; null: it has one.</param>
/// <param name="Left">How long it is still kept without one.</param>
/// <param name="Connections">How many have carried it so far.</param>
/// <param name="Queued">Bytes that its client has not acknowledged, or that wait to be sent.</param>
/// <param name="IsOpen">False: it was ended, and its client has yet to be told.</param>
internal sealed record SessionRow(
    string Id, string Endpoint, string? User, long? Connection, double Age, double? AwayFor, double? Left, int Connections, long Queued, bool IsOpen);

/// <param name="Open">How many there are.</param>
/// <param name="Away">How many of them have no connection.</param>
/// <param name="Matching">How many the filter lets through.</param>
internal sealed record SessionsMessage(string Type, string Process, int Open, int Away, int Matching, IReadOnlyList<SessionRow> Sessions);

internal sealed record CloseRow(
    long Id, string Endpoint, string? User, string? Remote, DateTimeOffset ClosedAt, double Seconds, int Code, string Name, string Reason, bool WasClean,
    string EndedBy, string Cause, string Detail, string Explanation);

/// <param name="Missed">How many ended so fast one after another that they are not among them.</param>
internal sealed record ClosesMessage(string Type, string Process, long Missed, IReadOnlyList<CloseRow> Closes);

/// <param name="Time">In milliseconds from the opening.</param>
/// <param name="Kind">frame, violation or transport.</param>
/// <param name="Words">The same in words.</param>
internal sealed record FrameRow(
    double Time, string Kind, bool? Received, string? Opcode, bool? Fin, int? Rsv, bool? Masked, long? Length, bool? Compressed, bool? Refused, int? Code,
    string? Reason, string? Payload, string Words);

/// <summary>A connection is followed from here on; before it, what was kept.</summary>
internal sealed record FollowingMessage(string Type, string Process, long Id, bool ShowsPayloads, IReadOnlyList<FrameRow> Before);

/// <param name="Missed">How many were dropped so far because they came faster than they are shown.</param>
internal sealed record FramesMessage(string Type, long Id, long Missed, IReadOnlyList<FrameRow> Frames);

/// <summary>The connection that was followed has ended, or there is none of that number.</summary>
internal sealed record EndedMessage(string Type, long Id, int? Code, string? Explanation);

internal sealed record ViewerCommand(string? Type, long? Id, long? Before, string? Filter, int? Limit, string? Lang, string? Process);

internal sealed record CloseRequest(IReadOnlyList<long>? Ids, IReadOnlyList<string>? Sessions, int? Code, string? Reason, string? Process)
{
    /// <summary>How many are to be closed.</summary>
    [JsonIgnore]
    public int Count => (Ids?.Count ?? 0) + (Sessions?.Count ?? 0);
}

/// <param name="Closing">Those whose close is begun.</param>
/// <param name="Gone">Those that were not open any more.</param>
/// <param name="ClosingSessions">Likewise of sessions; null: none was asked for.</param>
internal sealed record CloseAnswer(
    IReadOnlyList<long> Closing, IReadOnlyList<long> Gone, IReadOnlyList<string>? ClosingSessions, IReadOnlyList<string>? GoneSessions);

internal sealed record Fault(string Error);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConnectionsMessage))]
[JsonSerializable(typeof(ConnectionRow))]
[JsonSerializable(typeof(SessionsMessage))]
[JsonSerializable(typeof(ClosesMessage))]
[JsonSerializable(typeof(FollowingMessage))]
[JsonSerializable(typeof(FramesMessage))]
[JsonSerializable(typeof(EndedMessage))]
[JsonSerializable(typeof(ViewerCommand))]
[JsonSerializable(typeof(CloseRequest))]
[JsonSerializable(typeof(CloseAnswer))]
[JsonSerializable(typeof(Fault))]
internal sealed partial class InspectorJson : JsonSerializerContext;
