using System.Buffers.Binary;
using System.Text;

namespace Cierre.TestKit;

/// <summary>A frame as an independent and strict reader sees it: whatever an engine writes has to pass here. RFC 6455 5.2-5.5.</summary>
internal sealed record WireFrame(bool Fin, int Opcode, byte[] Payload)
{
    public bool Rsv1 { get; init; }

    public string Text => Encoding.UTF8.GetString(Payload);

    public bool IsClose => Opcode == 8;

    public bool IsData => Opcode < 8;

    /// <summary>What a close frame says; an empty body is 1005.</summary>
    public CloseFrame Close => Payload.Length == 0 ? CloseFrame.Empty : new(BinaryPrimitives.ReadUInt16BigEndian(Payload), Encoding.UTF8.GetString(Payload.AsSpan(2)));

    /// <summary>Reads bytes that have to be whole valid frames of this sender.</summary>
    public static List<WireFrame> ParseAll(ReadOnlySpan<byte> bytes, Side sender, bool deflates = false)
    {
        List<WireFrame> frames = [];
        while (!bytes.IsEmpty) frames.Add(Parse(ref bytes, sender, deflates));
        return frames;
    }

    public override string ToString() => $"{(Fin ? "FIN " : "")}{Opcode:X} {Convert.ToHexString(Payload)}";

    private static WireFrame Parse(ref ReadOnlySpan<byte> bytes, Side sender, bool deflates)
    {
        TestFailureException.Unless(bytes.Length >= 2, "output ends inside a header");
        int first = bytes[0];
        int opcode = first & 0xF;
        bool fin = (first & 0x80) != 0;
        bool masked = (bytes[1] & 0x80) != 0;
        // RFC 7692 6: RSV1 begins a compressed message.
        int allowed = deflates && opcode is (1 or 2) ? 0x40 : 0;
        TestFailureException.Unless((first & 0x70 & ~allowed) == 0, "RSV bit written");
        TestFailureException.Unless(opcode is 0 or 1 or 2 or 8 or 9 or 10, $"reserved opcode {opcode} written");
        TestFailureException.UnlessEqual(sender == Side.Client, masked, "masked");
        ulong length = (ulong)(bytes[1] & 0x7F);
        int at = 2;
        if (length == 126)
        {
            length = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            TestFailureException.Unless(length >= 126, "length not in its shortest form written");
            at += 2;
        }
        else if (length == 127)
        {
            length = BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]);
            TestFailureException.Unless(length is > ushort.MaxValue and <= int.MaxValue, "length not in its shortest form written");
            at += 8;
        }

        TestFailureException.Unless(opcode < 8 || (fin && length <= 125), "control frame fragmented or over 125 bytes written");
        ReadOnlySpan<byte> key = masked ? bytes.Slice(at, 4) : [];
        at += key.Length;
        TestFailureException.Unless((ulong)(bytes.Length - at) >= length, "output ends inside a frame");
        byte[] payload = bytes.Slice(at, (int)length).ToArray();
        if (masked)
        {
            for (int i = 0; i < payload.Length; i++) payload[i] ^= key[i % 4];
        }

        bytes = bytes[(at + payload.Length)..];
        return new WireFrame(fin, opcode, payload) { Rsv1 = (first & 0x40) != 0 };
    }
}
