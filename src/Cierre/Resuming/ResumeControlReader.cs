using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Cierre.Closing;

namespace Cierre.Resuming;

/// <summary>Reads control messages, and says what is wrong with one.</summary>
/// <remarks>Members that are not known are left out, so that a later version can add some; a control that is not known is a violation.</remarks>
internal static class ResumeControlReader
{
    private static readonly ImmutableDictionary<string, TopicCursor> NoTopics = ImmutableDictionary.Create<string, TopicCursor>(StringComparer.Ordinal);

    /// <param name="json">Behind the mark.</param>
    /// <param name="reader">Who reads: each role has controls that the other alone sends.</param>
    public static Violation? Read(ReadOnlyMemory<byte> json, WebSocketRole reader, out ResumeControl? control)
    {
        control = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return Violations.ResumeControlNotObject();
            control = reader == WebSocketRole.Server ? OfClient(document.RootElement) : OfServer(document.RootElement);
            return control is null ? Violations.ResumeControlUnknown() : null;
        }
        catch (Unreadable e)
        {
            return e.Violation;
        }
        // The latter: a name or a text that is half of a surrogate pair.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Violations.ResumeControlNotObject();
        }
    }

    private static ResumeControl? OfClient(JsonElement root)
    {
        if (root.TryGetProperty("hello", out JsonElement hello))
        {
            long version = Number(hello, "hello");
            if (version != ResumeControl.Version) throw new Unreadable(Violations.ResumeVersion(version));
            return new ResumeControl.Hello(Topics(root));
        }

        if (!root.TryGetProperty("resume", out JsonElement resume)) return null;
        return new ResumeControl.Resume(Text(resume, "resume"), NumberOf(root, "got"), NumberOf(root, "acked"),
            OptionalNumber(root, "sent"), Topics(root), Last(root));
    }

    private static ResumeControl? OfServer(JsonElement root)
    {
        if (root.TryGetProperty("session", out JsonElement id))
        {
            JsonElement limit = Object(root, "limit");
            return new ResumeControl.Session(Text(id, "session"), OptionalText(root, "node"), TextOf(root, "token"),
                TimeSpan.FromMilliseconds(Count(root, "windowMs", least: 0)), TextOf(root, "level"),
                new ResumeLimits(Count(limit, "messages"), Count(limit, "bytes")));
        }

        if (root.TryGetProperty("resumed", out JsonElement resumed))
            return new ResumeControl.Resumed(NumberOf(resumed, "got"), NumberOf(resumed, "replay"), OptionalText(resumed, "node"), TextOf(resumed, "token"));
        if (root.TryGetProperty("lost", out JsonElement lost)) return new ResumeControl.Lost(TextOf(lost, "reason"));
        if (root.TryGetProperty("ended", out JsonElement ended)) return new ResumeControl.Ended(Close(ended));
        if (root.TryGetProperty("topic", out JsonElement topic))
            return new ResumeControl.Topic(Count(topic, "id", least: 0), TextOf(topic, "name"), Cursor(topic, "at"));
        if (root.TryGetProperty("gap", out JsonElement gap))
            return new ResumeControl.Gap(TextOf(gap, "name"), OptionalNumber(gap, "from"), OptionalNumber(gap, "to"), Cursor(gap, "at"), TextOf(gap, "reason"));
        return root.TryGetProperty("retry", out JsonElement retry) ? Retry(retry) : null;
    }

    private static ImmutableDictionary<string, TopicCursor> Topics(JsonElement root)
    {
        if (!root.TryGetProperty("topics", out JsonElement topics) || topics.ValueKind == JsonValueKind.Null) return NoTopics;
        if (topics.ValueKind != JsonValueKind.Object) throw Malformed("topics");
        ImmutableDictionary<string, TopicCursor>.Builder found = NoTopics.ToBuilder();
        foreach (JsonProperty topic in topics.EnumerateObject())
        {
            if (found.Count == ResumeControl.MaxTopics) throw new Unreadable(Violations.ResumeTooManyTopics(ResumeControl.MaxTopics));
            found[topic.Name] = Cursor(topic.Value);
        }

        return found.ToImmutable();
    }

    private static ResumeControl.LastEnd? Last(JsonElement root)
    {
        if (!root.TryGetProperty("last", out JsonElement last) || last.ValueKind == JsonValueKind.Null) return null;
        return new ResumeControl.LastEnd(
            (int)Math.Min(NumberOf(last, "code"), ushort.MaxValue), OptionalText(last, "cause"), OptionalNumber(last, "openMs") ?? 0);
    }

    private static CloseFrame Close(JsonElement ended)
    {
        long code = NumberOf(ended, "code");
        string reason = OptionalText(ended, "reason");
        bool isEmpty = code == CloseCodes.NoStatusReceived;
        if (code > ushort.MaxValue || !(isEmpty || CloseCodes.MayBeOnTheWire((ushort)code))) throw Malformed("code");
        return Encoding.UTF8.GetByteCount(reason) <= CloseFrame.MaxReasonBytes ? new CloseFrame((ushort)code, reason) : throw Malformed("reason");
    }

    private static ResumeControl.Retry Retry(JsonElement retry)
    {
        JsonElement after = Member(retry, "afterMs");
        if (after.ValueKind != JsonValueKind.Array || after.GetArrayLength() != 2) throw Malformed("afterMs");
        long earliest = Number(after[0], "afterMs"), latest = Number(after[1], "afterMs");
        if (latest < earliest || latest > TimeSpan.FromDays(1).TotalMilliseconds) throw Malformed("afterMs");
        return new ResumeControl.Retry(TimeSpan.FromMilliseconds(earliest), TimeSpan.FromMilliseconds(latest));
    }

    private static TopicCursor Cursor(JsonElement parent, string name) => Cursor(Member(parent, name));

    private static TopicCursor Cursor(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && TopicCursor.TryParse(Encoding.UTF8.GetBytes(value.GetString()!), out TopicCursor cursor)
            ? cursor
            : throw new Unreadable(Violations.ResumeCursorMalformed());

    private static int Count(JsonElement parent, string name, int least = 1)
    {
        long number = NumberOf(parent, name);
        return number >= least && number <= int.MaxValue ? (int)number : throw Malformed(name);
    }

    private static long? OptionalNumber(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? Number(value, name) : null;

    private static long NumberOf(JsonElement parent, string name) => Number(Member(parent, name), name);

    private static long Number(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number is >= 0 and <= ResumeControl.MaxNumber
            ? number
            : throw Malformed(name);

    private static string OptionalText(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? Text(value, name) : "";

    private static string TextOf(JsonElement parent, string name) => Text(Member(parent, name), name);

    private static string Text(JsonElement value, string name) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Malformed(name);

    private static JsonElement Object(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.Object } value ? value : throw Malformed(name);

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) ? value : throw Malformed(name);

    private static Unreadable Malformed(string member) => new(Violations.ResumeMalformed(member));

    private sealed class Unreadable(Violation violation) : Exception
    {
        public Violation Violation => violation;
    }
}
