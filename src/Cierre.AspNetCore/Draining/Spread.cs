namespace Cierre.AspNetCore.Draining;

/// <summary>Whose turn comes when: in random order, each at a random moment of its own part of the window. So the rate is even, and no two servers are in
/// step.</summary>
internal static class Spread
{
    public static IReadOnlyList<(T Item, TimeSpan At)> Over<T>(IReadOnlyCollection<T> items, TimeSpan window, Random random)
    {
        T[] order = [.. items];
        random.Shuffle(order);
        var turns = new (T, TimeSpan)[order.Length];
        for (int i = 0; i < order.Length; i++) turns[i] = (order[i], window * ((i + random.NextDouble()) / order.Length));
        return turns;
    }
}
