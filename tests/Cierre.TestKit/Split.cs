namespace Cierre.TestKit;

/// <summary>How a byte stream arrives: in which pieces.</summary>
internal sealed class Split(string name, Func<int, IEnumerable<int>> sizes)
{
    public static readonly Split Whole = new("whole", total => total == 0 ? [] : [total]);
    public static readonly Split ByteByByte = new("byte by byte", total => Enumerable.Repeat(1, total));

    public static Split Random(int seed, int largest = 20) => new($"random {seed}", total => RandomSizes(new Random(seed), total, largest));

    /// <summary>Pieces of these sizes, then the rest.</summary>
    public static Split At(params int[] pieces) => new($"at {string.Join(',', pieces)}", total => Given(pieces, total));

    public IEnumerable<byte[]> Cut(byte[] bytes)
    {
        int at = 0;
        foreach (int size in sizes(bytes.Length))
        {
            yield return bytes[at..(at + size)];
            at += size;
        }
    }

    public override string ToString() => name;

    private static IEnumerable<int> RandomSizes(Random random, int total, int largest)
    {
        while (total > 0)
        {
            int size = Math.Min(total, random.Next(1, largest + 1));
            total -= size;
            yield return size;
        }
    }

    private static IEnumerable<int> Given(int[] pieces, int total)
    {
        foreach (int piece in pieces)
        {
            int size = Math.Min(total, piece);
            if (size <= 0) continue;
            total -= size;
            yield return size;
        }

        if (total > 0) yield return total;
    }
}
