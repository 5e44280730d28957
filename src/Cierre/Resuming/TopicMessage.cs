using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;

namespace Cierre.Resuming;

/// <summary>A message of a topic: <c>#7.15521.a1b3 hello</c>. In a binary one number and offset are unsigned LEB128, and the tag is 2 bytes.</summary>
/// <param name="Number">The topic's, on this connection.</param>
/// <param name="Offset">From 1 on; 0: what stands for all before the first.</param>
/// <param name="Tag">The message's own.</param>
internal readonly record struct TopicMessage(int Number, long Offset, ushort Tag)
{
    // The mark, two numbers with a dot behind each, the tag, the space.
    public const int LongestHead = 1 + 10 + 1 + 19 + 1 + 4 + 1;

    /// <summary>Writes the head of a message, with its mark; the payload follows.</summary>
    public void WriteTo(IBufferWriter<byte> output, WebSocketOpcode kind)
    {
        Span<byte> head = output.GetSpan(LongestHead);
        head[0] = (byte)ResumeMark.Topic;
        int size = 1;
        if (kind == WebSocketOpcode.Text)
        {
            Write(head, Number, default, ref size);
            head[size++] = (byte)'.';
            Write(head, Offset, default, ref size);
            head[size++] = (byte)'.';
            Write(head, Tag, new StandardFormat('x', 4), ref size);
            head[size++] = (byte)' ';
        }
        else
        {
            WriteVarint(head, (ulong)Number, ref size);
            WriteVarint(head, (ulong)Offset, ref size);
            BinaryPrimitives.WriteUInt16BigEndian(head[size..], Tag);
            size += sizeof(ushort);
        }

        output.Advance(size);
    }

    /// <summary>Reads a whole message, with its mark.</summary>
    public static bool TryRead(WebSocketOpcode kind, ReadOnlySpan<byte> message, out TopicMessage head, out ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> rest = message[1..];
        long number, offset;
        ushort tag = 0;
        bool isWhole = kind == WebSocketOpcode.Text
            ? TryReadNumber(ref rest, (byte)'.', out number) & TryReadNumber(ref rest, (byte)'.', out offset) && TryReadTag(ref rest, out tag)
            : TryReadVarint(ref rest, out number) & TryReadVarint(ref rest, out offset) && BinaryPrimitives.TryReadUInt16BigEndian(rest, out tag);
        if (isWhole && kind != WebSocketOpcode.Text) rest = rest[sizeof(ushort)..];
        isWhole = isWhole && number <= int.MaxValue && offset is >= 0 and <= ResumeControl.MaxNumber;
        head = isWhole ? new TopicMessage((int)number, offset, tag) : default;
        payload = isWhole ? rest : default;
        return isWhole;
    }

    private static void Write(Span<byte> head, long number, StandardFormat format, ref int size)
    {
        Utf8Formatter.TryFormat(number, head[size..], out int written, format);
        size += written;
    }

    private static void WriteVarint(Span<byte> head, ulong number, ref int size)
    {
        for (; number >= 0x80; number >>= 7) head[size++] = (byte)(number | 0x80);
        head[size++] = (byte)number;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> rest, byte end, out long number)
    {
        number = 0;
        int length = rest.IndexOf(end);
        if (length < 1 || !TopicCursor.TryParseNumber(rest[..length], out number)) return false;
        rest = rest[(length + 1)..];
        return true;
    }

    private static bool TryReadTag(ref ReadOnlySpan<byte> rest, out ushort tag)
    {
        tag = 0;
        if (rest.Length < 5 || rest[4] != ' ' || !TopicCursor.TryParseTag(rest[..4], out tag)) return false;
        rest = rest[5..];
        return true;
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> rest, out long number)
    {
        number = 0;
        for (int shift = 0, i = 0; shift < 63 && i < rest.Length; shift += 7, i++)
        {
            number |= (long)(rest[i] & 0x7F) << shift;
            if ((rest[i] & 0x80) != 0) continue;
            rest = rest[(i + 1)..];
            return true;
        }

        return false;
    }
}
