using System.Text;
using Cierre.TestKit;

namespace Cierre.Fuzz;

/// <summary>Makes a peer's byte stream: mostly frames that fit each other, some that break one rule, then changes at random.</summary>
internal sealed class InputMaker
{
    private static readonly byte[][] Words = ["a"u8.ToArray(), "Hello"u8.ToArray(), "é"u8.ToArray(), "€uro"u8.ToArray(), "😀"u8.ToArray(), "\uFEFF"u8.ToArray(), new byte[40]];
    private static readonly byte[][] NotUtf8 = [[0xFF], [0x80], [0xC0, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF0, 0x9F], [0xE0, 0x80]];
    private static readonly byte[][][] Seeds = [Of(Side.Client), Of(Side.Server)];

    private readonly List<byte> _bytes = new(4096);
    private readonly List<byte> _payload = new(4096);
    private bool _inside;
    private bool _text;
    private bool _deflates;
    private bool _compressed;

    public byte[] Make(Dice dice, Side peer, bool deflates)
    {
        _deflates = deflates;
        _compressed = false;
        _bytes.Clear();
        _inside = false;
        for (int frames = 1 + dice.Below(8); frames > 0; frames--)
        {
            if (dice.OneIn(60)) _bytes.AddRange(dice.Of<byte[]>(Seeds[(int)peer.Other()]));
            else if (dice.OneIn(150)) _bytes.AddRange(Frames.Header(First(dice), dice.Next() >> dice.Below(64), peer == Side.Client, (LengthForm)dice.Below(3)));
            else Frame(dice, peer);
        }

        if (dice.OneIn(4)) Mutate(dice);
        return [.. _bytes];
    }

    private static byte[][] Of(Side reader) => Vectors.Violations.Where(v => v.Side == reader).Select(v => v.Bytes)
        .Concat(Vectors.Closes.Select(c => Frames.CloseBody(reader.Other(), c.Bytes))).ToArray();

    private void Frame(Dice dice, Side peer)
    {
        int first = First(dice);
        _payload.Clear();
        if ((first & 0xF) == 8) CloseBody(dice);
        else Payload(dice, control: (first & 8) != 0);
        if (_deflates && (first & 8) == 0) first = Compress(dice, first);
        Write(dice, first, peer);
    }

    /// <summary>Each frame's data is compressed for itself, and flushed: together they are a message whatever is agreed on takeover.</summary>
    private int Compress(Dice dice, int first)
    {
        bool begins = (first & 0xF) != 0;
        if (begins) _compressed = !dice.OneIn(3);
        if (!_compressed) return first;
        byte[] data = [.. _payload];
        _payload.Clear();
        int way = dice.Below(20);
        if (way < 2 && data.Length < 60_000) _payload.AddRange(DeflateKit.Stored(data, final: way == 0));
        else if (data.Length != 0) _payload.AddRange([.. DeflateKit.Compress(data), 0, 0, 0xFF, 0xFF]);
        if (way == 2) _payload.AddRange(DeflateKit.Compress(new byte[1 + dice.Below(3000)]));
        if ((first & 0x80) != 0) _payload.Add(0);
        return begins || dice.OneIn(200) ? first | 0x40 : first;
    }

    private int First(Dice dice)
    {
        int roll = dice.Below(100);
        if (roll < 1 && dice.OneIn(2)) return dice.Below(256);
        if (roll < 14) return 0x89;
        if (roll < 18) return 0x8A;
        if (roll < 24) return 0x88;
        bool fin = !dice.OneIn(3);
        int opcode = _inside ? 0 : 1 + dice.Below(2);
        if (dice.OneIn(100)) opcode = dice.Below(3);
        if (opcode != 0) _text = opcode == 1;
        _inside = !fin;
        return (fin ? 0x80 : 0) | opcode;
    }

    private void Payload(Dice dice, bool control)
    {
        int roll = dice.Below(200);
        if (roll < 20) return;
        if (roll < 150)
        {
            for (int n = 1 + dice.Below(4); n > 0; n--) _payload.AddRange(dice.OneIn(80) ? dice.Of<byte[]>(NotUtf8) : dice.Of<byte[]>(Words));
            if (control && _payload.Count > 125) _payload.RemoveRange(125, _payload.Count - 125);
            return;
        }

        int length = roll < 190 ? dice.Below(60) : roll < 198 || control ? 120 + dice.Below(10) : roll < 199 ? dice.Below(2000) : dice.OneIn(10) ? 65530 + dice.Below(12) : 0;
        bool ascii = _text ? !dice.OneIn(30) : dice.OneIn(2);
        for (int i = 0; i < length; i++) _payload.Add((byte)(ascii ? 'a' + (i % 26) : (int)dice.Next()));
    }

    private void CloseBody(Dice dice)
    {
        int roll = dice.Below(20);
        if (roll < 2) return;
        int code = roll < 15 ? dice.Of<int>([1000, 1001, 1002, 1007, 1011, 3000, 4000, 4999]) : roll < 18 ? dice.Of<int>([0, 999, 1004, 1005, 1006, 1015, 2000, 2999, 5000]) : dice.Below(65536);
        _payload.Add((byte)(code >> 8));
        if (roll == 19) return;
        _payload.Add((byte)code);
        if (dice.OneIn(2)) _payload.AddRange(dice.OneIn(10) ? dice.Of<byte[]>(NotUtf8) : dice.Of<byte[]>(Words));
    }

    private void Write(Dice dice, int first, Side peer)
    {
        bool masked = peer == Side.Client ^ dice.OneIn(200);
        LengthForm form = dice.OneIn(100) ? (LengthForm)dice.Below(3) : LengthForm.Shortest;
        _bytes.AddRange(Frames.Header(first, (ulong)_payload.Count, masked, form));
        uint key = dice.OneIn(4) ? 0 : (uint)dice.Next();
        if (masked)
        {
            for (int i = 0; i < 4; i++) _bytes.Add((byte)(key >> (8 * i)));
        }

        for (int i = 0; i < _payload.Count; i++) _bytes.Add(masked ? (byte)(_payload[i] ^ (key >> (8 * (i % 4)))) : _payload[i]);
    }

    private void Mutate(Dice dice)
    {
        for (int n = 1 + dice.Below(3); n > 0 && _bytes.Count > 0; n--)
        {
            int at = dice.Below(_bytes.Count);
            switch (dice.Below(6))
            {
                case 0:
                    _bytes[at] ^= (byte)(1 << dice.Below(8));
                    break;
                case 1:
                    _bytes[at] = (byte)dice.Next();
                    break;
                case 2:
                    _bytes.Insert(at, (byte)dice.Next());
                    break;
                case 3:
                    _bytes.RemoveAt(at);
                    break;
                case 4:
                    _bytes.RemoveRange(at, _bytes.Count - at);
                    break;
                default:
                    _bytes.AddRange(_bytes.GetRange(at, Math.Min(_bytes.Count - at, 40)));
                    break;
            }
        }
    }
}
