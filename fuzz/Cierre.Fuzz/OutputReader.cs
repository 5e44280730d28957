using System.Buffers.Binary;
using Cierre.TestKit;

namespace Cierre.Fuzz;

/// <summary>Reads what an engine wrote: whole valid frames, at most one close frame, no data after it.</summary>
internal struct OutputReader(Side sender, bool deflates)
{
    private ulong _hash;

    public int CloseFrames { get; private set; }

    public ushort CloseCode { get; private set; }

    public int Pongs { get; private set; }

    public int Frames { get; private set; }

    /// <summary>A figure for all frames; the masking keys, which are drawn at random, are not in it.</summary>
    public readonly ulong Hash => _hash;

    public void Read(ReadOnlySpan<byte> bytes)
    {
        Span<byte> body = stackalloc byte[125];
        while (!bytes.IsEmpty)
        {
            Require(bytes.Length >= 2, "output ends inside a header");
            int first = bytes[0];
            int opcode = first & 0xF;
            bool masked = bytes[1] >= 0x80;
            Require((first & (deflates && opcode is (1 or 2) ? 0x30 : 0x70)) == 0 && opcode is 0 or 1 or 2 or 8 or 9 or 10, "reserved bits written");
            Require(masked == (sender == Side.Client), "masked wrongly");
            int at = 2;
            ulong length = (ulong)(bytes[1] & 0x7F);
            if (length == 126)
            {
                length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
                Require(length >= 126, "length not in its shortest form written");
                at += 2;
            }
            else if (length == 127)
            {
                length = BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]);
                Require(length > ushort.MaxValue, "length not in its shortest form written");
                at += 8;
            }

            ReadOnlySpan<byte> key = masked ? bytes.Slice(at, 4) : [0, 0, 0, 0];
            if (masked) at += 4;
            Require((ulong)(bytes.Length - at) >= length, "output ends inside a frame");
            ReadOnlySpan<byte> payload = bytes.Slice(at, (int)length);
            Frames++;
            if (opcode >= 8)
            {
                Require(first >= 0x80 && length <= 125, "control frame fragmented or too long written");
                for (int i = 0; i < payload.Length; i++) body[i] = (byte)(payload[i] ^ key[i % 4]);
                Control(opcode, body[..payload.Length]);
                _hash = Mix(_hash, body[..payload.Length]);
            }
            else
            {
                Require(CloseFrames == 0, "data frame after the close frame");
            }

            _hash = ((_hash * 31) + (ulong)first) * 31 + length;
            bytes = bytes[(at + payload.Length)..];
        }
    }

    public static ulong Mix(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes) hash = (hash ^ b) * 0x100000001B3;
        return hash;
    }

    public static void Require(bool holds, string what)
    {
        if (!holds) throw new TestFailureException(what);
    }

    private void Control(int opcode, ReadOnlySpan<byte> body)
    {
        if (opcode == 10) Pongs++;
        if (opcode != 8) return;
        Require(CloseFrames++ == 0, "second close frame written");
        Require(body.Length != 1, "close body of 1 byte written");
        CloseCode = body.IsEmpty ? Cierre.CloseCodes.NoStatusReceived : BinaryPrimitives.ReadUInt16BigEndian(body);
        Require(body.IsEmpty || System.Text.Unicode.Utf8.IsValid(body[2..]), "close reason not UTF-8 written");
    }
}
