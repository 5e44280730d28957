using System.Collections.Concurrent;

namespace Cierre.AspNetCore.Roster;

/// <summary>The handlers that go on although their connections have ended: a host that stops waits for them.</summary>
internal sealed class LateHandlers
{
    private readonly ConcurrentDictionary<object, string> _late = new();

    public void Add(OpenConnection entry) => _late.TryAdd(entry, entry.Endpoint);

    public void Add(RelayedConnection relayed) => _late.TryAdd(relayed, relayed.Endpoint);

    /// <summary>A session's, which has no connection any more.</summary>
    public void Add(object session, string endpoint) => _late.TryAdd(session, endpoint);

    public void Remove(object connection) => _late.TryRemove(connection, out _);

    /// <summary>How many each endpoint has.</summary>
    public IReadOnlyList<(string Endpoint, int Count)> ByEndpoint() =>
        [.. _late.Values.GroupBy(endpoint => endpoint).Select(endpoint => (endpoint.Key, endpoint.Count()))
            .OrderBy(endpoint => endpoint.Key, StringComparer.Ordinal)];
}
