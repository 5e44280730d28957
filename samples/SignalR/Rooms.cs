using System.Collections.Concurrent;

namespace Cierre.Samples.SignalR;

/// <summary>What outlives the connections.</summary>
public sealed class Rooms
{
    private readonly ConcurrentDictionary<(string Caller, int Number), int> _done = new();
    private readonly ConcurrentQueue<Exception?> _left = new();

    /// <summary>Who did what, and how often.</summary>
    public IReadOnlyDictionary<(string Caller, int Number), int> Done => _done;

    /// <summary>What each hub was told that lost its caller; null: the caller left.</summary>
    public IReadOnlyCollection<Exception?> Departures => _left;

    public int Do(string caller, int number)
    {
        _done.AddOrUpdate((caller, number), 1, (_, times) => times + 1);
        return number;
    }

    public void Left(Exception? exception) => _left.Enqueue(exception);
}
