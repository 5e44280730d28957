using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cierre.Resuming;

/// <summary>Writes control messages, with their mark.</summary>
internal static class ResumeControlWriter
{
    // A control message is no part of a page: what HTML minds is written as it is.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Write(ResumeControl control)
    {
        var output = new ArrayBufferWriter<byte>(128);
        output.Write([(byte)ResumeMark.Control]);
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            Write(json, control);
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, ResumeControl control)
    {
        switch (control)
        {
            case ResumeControl.Hello hello:
                json.WriteNumber("hello", ResumeControl.Version);
                WriteTopics(json, hello.Topics);
                break;
            case ResumeControl.Resume resume:
                Write(json, resume);
                break;
            case ResumeControl.Session session:
                Write(json, session);
                break;
            case ResumeControl.Resumed resumed:
                json.WriteStartObject("resumed");
                json.WriteNumber("got", resumed.Got);
                json.WriteNumber("replay", resumed.Replay);
                json.WriteString("node", resumed.Node);
                json.WriteString("token", resumed.Token);
                json.WriteEndObject();
                break;
            case ResumeControl.Lost lost:
                json.WriteStartObject("lost");
                json.WriteString("reason", lost.Reason);
                json.WriteEndObject();
                break;
            case ResumeControl.Ended ended:
                json.WriteStartObject("ended");
                json.WriteNumber("code", ended.Close.Code);
                json.WriteString("reason", ended.Close.Reason);
                json.WriteEndObject();
                break;
            case ResumeControl.Topic topic:
                json.WriteStartObject("topic");
                json.WriteNumber("id", topic.Id);
                json.WriteString("name", topic.Name);
                json.WriteString("at", topic.At.ToString());
                json.WriteEndObject();
                break;
            case ResumeControl.Gap gap:
                Write(json, gap);
                break;
            case ResumeControl.Retry retry:
                json.WriteStartObject("retry");
                json.WriteStartArray("afterMs");
                json.WriteNumberValue((long)retry.Earliest.TotalMilliseconds);
                json.WriteNumberValue((long)retry.Latest.TotalMilliseconds);
                json.WriteEndArray();
                json.WriteEndObject();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(control));
        }
    }

    private static void Write(Utf8JsonWriter json, ResumeControl.Resume resume)
    {
        json.WriteString("resume", resume.Token);
        json.WriteNumber("got", resume.Got);
        json.WriteNumber("acked", resume.Acknowledged);
        if (resume.Sent is { } sent) json.WriteNumber("sent", sent);
        WriteTopics(json, resume.Topics);
        if (resume.Last is not { } last) return;
        json.WriteStartObject("last");
        json.WriteNumber("code", last.Code);
        json.WriteString("cause", last.Cause);
        json.WriteNumber("openMs", last.OpenMilliseconds);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ResumeControl.Session session)
    {
        json.WriteString("session", session.Id);
        json.WriteString("node", session.Node);
        json.WriteString("token", session.Token);
        json.WriteNumber("windowMs", (long)session.Window.TotalMilliseconds);
        json.WriteString("level", session.Level);
        json.WriteStartObject("limit");
        json.WriteNumber("messages", session.Limits.Messages);
        json.WriteNumber("bytes", session.Limits.Bytes);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ResumeControl.Gap gap)
    {
        json.WriteStartObject("gap");
        json.WriteString("name", gap.Name);
        WriteNumber(json, "from", gap.From);
        WriteNumber(json, "to", gap.To);
        json.WriteString("at", gap.At.ToString());
        json.WriteString("reason", gap.Reason);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }

    private static void WriteTopics(Utf8JsonWriter json, ImmutableDictionary<string, TopicCursor> topics)
    {
        if (topics.IsEmpty) return;
        json.WriteStartObject("topics");
        foreach ((string name, TopicCursor cursor) in topics.OrderBy(topic => topic.Key, StringComparer.Ordinal)) json.WriteString(name, cursor.ToString());
        json.WriteEndObject();
    }
}
