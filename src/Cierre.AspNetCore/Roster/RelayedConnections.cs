using System.Collections;
using System.Collections.Concurrent;

namespace Cierre.AspNetCore.Roster;

/// <summary>The connections that are passed on to other servers, closing ones included.</summary>
internal sealed class RelayedConnections : IReadOnlyCollection<RelayedConnection>
{
    private readonly ConcurrentDictionary<RelayedConnection, bool> _open = new();
    private readonly OpenCount _count = new();

    public int Count => _count.Value;

    public IEnumerator<RelayedConnection> GetEnumerator()
    {
        foreach (KeyValuePair<RelayedConnection, bool> entry in _open) yield return entry.Key;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Add(RelayedConnection connection)
    {
        if (_open.TryAdd(connection, true)) _count.Enter();
    }

    public void Remove(RelayedConnection connection)
    {
        if (_open.TryRemove(connection, out _)) _count.Leave();
    }

    public Task WhenEmpty() => _count.WhenEmpty();
}
