using System.Text.Json;

namespace Cierre.Bench.Compression;

/// <summary>JSON as services send it: the same names again and again, other values each time.</summary>
internal static class Messages
{
    private static readonly string[] Cities = ["Bogotá", "Lima", "Montevideo", "Quito", "Santiago", "Valparaíso", "Córdoba", "Guadalajara"];
    private static readonly string[] States = ["pending", "paid", "packed", "shipped", "delivered", "returned"];
    private static readonly string[] Words = ["blue", "large", "cotton", "travel", "kettle", "lamp", "garden", "chair", "oak", "steel", "running", "winter", "light", "set", "of", "two", "with", "case"];

    /// <summary>Some messages of at most this many bytes, and not much less.</summary>
    public static byte[][] Make(int count, int size, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => One(random, size))];
    }

    private static byte[] One(Random random, int size)
    {
        var orders = new List<object>();
        byte[] message = [];
        while (true)
        {
            orders.Add(Order(random));
            byte[] next = JsonSerializer.SerializeToUtf8Bytes(new { type = "orders", sequence = random.Next(), at = Time(random), orders });
            if (next.Length > size) return message;
            message = next;
        }
    }

    private static object Order(Random random) => new
    {
        id = new Guid(Bytes(random, 16)),
        customer = random.Next(1_000_000),
        city = Cities[random.Next(Cities.Length)],
        state = States[random.Next(States.Length)],
        placed = Time(random),
        title = string.Join(' ', random.GetItems(Words, 2 + random.Next(4))),
        price = Math.Round(random.NextDouble() * 500, 2),
        quantity = 1 + random.Next(9),
        location = new { lat = Math.Round(random.NextDouble() * 180 - 90, 5), lon = Math.Round(random.NextDouble() * 360 - 180, 5) },
    };

    private static DateTime Time(Random random) => new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMilliseconds(random.NextInt64(10_000_000_000));

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
