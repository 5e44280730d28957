using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cierre.Closing;

namespace Cierre;

/// <summary>Writes a <see cref="CloseRecord"/> as a JSON object, the one that the tool <c>cierre</c> prints: for an audit log, a queue, a test's
/// output.</summary>
/// <remarks>
/// The members, in this order: <c>type</c> (always <c>close</c>), <c>code</c>, <c>name</c>, <c>reason</c>, <c>wasClean</c>, <c>sent</c> and <c>received</c>
/// (each <c>code</c> and <c>reason</c>, or null), <c>receivedFirst</c>, <c>endedBy</c>, <c>cause</c>, <c>detail</c>, <c>httpStatus</c> (or null),
/// <c>elapsedMs</c> (whole milliseconds), <c>explanation</c>; and <c>session</c> only where the record has one: <c>id</c>, <c>connections</c> (the last 8,
/// each <c>node</c>, <c>openMs</c>, <c>code</c>, <c>cause</c>), <c>lost</c> (the reason, or null). Names and nulls are as here whatever the options say;
/// members may be added. The reasons are the peer's untrusted text: JSON's own escapes keep them inside their strings, and nothing else is done to them. A
/// <see cref="CloseRecord"/> has this converter, in English. One for another language goes into <see cref="JsonSerializerOptions.Converters"/>.
/// </remarks>
public sealed class CloseRecordJsonConverter : JsonConverter<CloseRecord>
{
    private readonly CultureInfo _culture;

    /// <summary>Makes a converter that writes English, whatever the thread's culture is: a program reads it.</summary>
    public CloseRecordJsonConverter()
        : this(CultureInfo.InvariantCulture)
    {
    }

    /// <summary>Makes a converter that writes name, detail and explanation in a language.</summary>
    /// <param name="culture">The language: Spanish for <c>es</c> and its regions, English for all others.</param>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public CloseRecordJsonConverter(CultureInfo culture)
    {
        ArgumentNullException.ThrowIfNull(culture);
        _culture = culture;
    }

    /// <summary>Not supported: a record tells what happened to a connection of this process, and is made by that connection alone.</summary>
    /// <param name="reader">The JSON.</param>
    /// <param name="typeToConvert">The type.</param>
    /// <param name="options">The options.</param>
    /// <returns>Nothing.</returns>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override CloseRecord Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("A CloseRecord is written as JSON, not read: only a connection makes one. Read the JSON into a type of your own.");

    /// <summary>Writes the object.</summary>
    /// <param name="writer">Where to; its encoder decides what is escaped.</param>
    /// <param name="value">The record.</param>
    /// <param name="options">The options; they change nothing.</param>
    /// <exception cref="ArgumentNullException">The writer or the record is null.</exception>
    public override void Write(Utf8JsonWriter writer, CloseRecord value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "close"u8);
        writer.WriteNumber("code"u8, value.Code);
        writer.WriteString("name"u8, value.CodeInfo.GetName(_culture));
        writer.WriteString("reason"u8, value.Reason);
        writer.WriteBoolean("wasClean"u8, value.WasClean);
        WriteFrame(writer, "sent"u8, value.Sent);
        WriteFrame(writer, "received"u8, value.Received);
        writer.WriteBoolean("receivedFirst"u8, value.ReceivedFirst);
        writer.WriteString("endedBy"u8, value.EndedBy.ToKebabCase());
        writer.WriteString("cause"u8, value.Cause.ToKebabCase());
        writer.WriteString("detail"u8, value.Describe(_culture));
        if (value.HttpStatus is { } status) writer.WriteNumber("httpStatus"u8, (int)status);
        else writer.WriteNull("httpStatus"u8);
        writer.WriteNumber("elapsedMs"u8, (long)Math.Round(value.Elapsed.TotalMilliseconds));
        writer.WriteString("explanation"u8, value.Explain(_culture));
        if (value.Session is { } session) WriteSession(writer, session);
        writer.WriteEndObject();
    }

    private static void WriteSession(Utf8JsonWriter writer, SessionStory session)
    {
        writer.WriteStartObject("session"u8);
        writer.WriteString("id"u8, session.Id);
        writer.WriteStartArray("connections"u8);
        foreach (SessionConnection connection in session.Connections)
        {
            writer.WriteStartObject();
            writer.WriteString("node"u8, connection.Node);
            writer.WriteNumber("openMs"u8, (long)Math.Round(connection.Duration.TotalMilliseconds));
            writer.WriteNumber("code"u8, connection.Code);
            writer.WriteString("cause"u8, connection.Cause.ToKebabCase());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("lost"u8, session.Lost);
        writer.WriteEndObject();
    }

    private static void WriteFrame(Utf8JsonWriter writer, ReadOnlySpan<byte> name, CloseFrame? frame)
    {
        if (frame is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteNumber("code"u8, frame.Code);
        writer.WriteString("reason"u8, frame.Reason);
        writer.WriteEndObject();
    }
}
