using System.IO.Compression;
using Cierre.Buffers;
using Cierre.Closing;
using Cierre.Deflate;
using Cierre.TestKit;
using static Cierre.Fuzz.OutputReader;

namespace Cierre.Fuzz;

/// <summary>The inflater with its limit: messages that are DEFLATE, nearly so, or not at all, one after another through the same context.</summary>
internal sealed class InflaterTarget : Target
{
    // The buffer at least doubles where it grows.
    private const int MostRoom = 2;

    private readonly byte[] _noise = new byte[4096];

    public override (string What, string Why) Run(Dice dice, int number)
    {
        bool takeover = dice.OneIn(2);
        long limit = dice.Of<long>([1, 100, 1000, 10_000, 1 << 20]);
        using var inPieces = new MessageInflater(takeover, limit);
        using var atOnce = new MessageInflater(takeover, limit);
        string last = "";
        for (int messages = 1 + dice.Below(4); messages > 0; messages--)
        {
            byte[] payload = Payload(dice);
            Input = Compress(dice, payload);
            bool changed = dice.OneIn(2);
            if (changed) Input = Change(dice, Input);
            (Violation? violation, byte[] inflated) = Inflate(inPieces, limit, Input, dice);
            (Violation? other, byte[] same) = Inflate(atOnce, limit, Input, null);
            Require((violation is null) == (other is null), $"in pieces {violation?.Reason.Key ?? "whole"}, at once {other?.Reason.Key ?? "whole"}");
            if (violation is null) Require(inflated.AsSpan().SequenceEqual(same), "another split gave other bytes");
            if (!changed && payload.Length <= limit) Require(violation is null && inflated.AsSpan().SequenceEqual(payload), $"a valid message of {payload.Length} bytes gave {violation?.Reason.Key ?? "other bytes"}");
            if (!changed && payload.Length > limit) Require(violation?.Reason.Key == nameof(Violations.InflatedTooBig), "a message over the limit was not refused for that");
            last = violation?.Reason.Key ?? "whole";
            // The connection would be closed.
            if (violation is not null || other is not null) break;
        }

        return (last, takeover ? "takeover" : "no takeover");
    }

    private static (Violation? Violation, byte[] Inflated) Inflate(MessageInflater inflater, long limit, byte[] input, Dice? split)
    {
        PooledBuffer target = default;
        inflater.Begin();
        Violation? violation = null;
        // The end may come in a piece of its own, without data.
        bool apart = split?.OneIn(4) ?? false;
        int at = 0;
        do
        {
            int size = split is null ? input.Length : Math.Min(input.Length - at, split.OneIn(3) ? 1 : 1 + split.Below(300));
            violation = inflater.Inflate(input.AsMemory(at, size), last: !apart && at + size == input.Length, ref target);
            at += size;
            Check(inflater, limit, ref target);
        }
        while (at < input.Length && violation is null);
        if (apart) violation ??= inflater.Inflate(default, last: true, ref target);
        Check(inflater, limit, ref target);
        byte[] inflated = target.Span.ToArray();
        target.Release();
        return (violation, inflated);
    }

    private static void Check(MessageInflater inflater, long limit, ref PooledBuffer target)
    {
        Require(target.Length <= limit && inflater.Size == target.Length, $"{target.Length} bytes, said to be {inflater.Size}, with a limit of {limit}");
        Require(target.IsEmpty || target.GetMemory(1).Length + target.Length <= MostRoom * (limit + 4096), "more room than the limit calls for");
    }

    private static byte[] Compress(Dice dice, byte[] payload)
    {
        if (dice.OneIn(8) && payload.Length > 1)
        {
            // Streams of their own, one behind the other: each but the last has a final block.
            int half = dice.Below(payload.Length);
            return [.. Final(payload[..half]), .. Compress(dice, payload[half..])];
        }

        if (dice.OneIn(8) && payload.Length < 60_000) return [.. DeflateKit.Stored(payload, final: dice.OneIn(2)), 0];
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, dice.Of<CompressionLevel>([CompressionLevel.Fastest, CompressionLevel.Optimal, CompressionLevel.SmallestSize]), leaveOpen: true))
        {
            int first = dice.OneIn(3) ? dice.Below(payload.Length + 1) : payload.Length;
            deflate.Write(payload, 0, first);
            deflate.Flush();
            deflate.Write(payload, first, payload.Length - first);
            if (first < payload.Length) deflate.Flush();
            // A final block, or the flush without its tail; of nothing there was no flush.
            if (!dice.OneIn(4) && output.Length > 0) return output.ToArray()[..^4];
        }

        return [.. output.ToArray(), 0];
    }

    private static byte[] Final(byte[] payload)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(payload);
        return output.Length == 0 ? [3, 0] : output.ToArray();
    }

    private static byte[] Payload(Dice dice)
    {
        int length = dice.Below(dice.Of<int>([2, 50, 500, 4000, 4000, 60_000]));
        byte[] payload = new byte[length];
        switch (dice.Below(3))
        {
            case 0:
                // A bomb.
                break;
            case 1:
                dice.Fill(payload);
                break;
            default:
                for (int i = 0; i < length; i++) payload[i] = i < 20 || dice.OneIn(10) ? (byte)('a' + dice.Below(26)) : payload[i - 1 - dice.Below(Math.Min(i, 20))];
                break;
        }

        return payload;
    }

    private byte[] Change(Dice dice, byte[] input)
    {
        if (dice.OneIn(6))
        {
            int length = dice.Below(_noise.Length);
            dice.Fill(_noise.AsSpan(0, length));
            return _noise[..length];
        }

        List<byte> bytes = [.. input];
        for (int n = 1 + dice.Below(3); n > 0 && bytes.Count > 0; n--)
        {
            int at = dice.Below(Math.Min(bytes.Count, dice.OneIn(2) ? 8 : int.MaxValue));
            switch (dice.Below(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << dice.Below(8));
                    break;
                case 1:
                    bytes.Insert(at, (byte)dice.Next());
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }
}
