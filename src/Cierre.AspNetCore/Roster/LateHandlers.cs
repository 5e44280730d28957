using System.Collections.Concurrent;

namespace Cierre.AspNetCore.Roster;

/// <summary>The handlers that go on although their connections have ended: a host that stops waits for them.</summary>
internal sealed class LateHandlers
{
    private readonly ConcurrentDictionary<OpenConnection, bool> _late = new();

    public void Add(OpenConnection entry) => _late.TryAdd(entry, true);

    public void Remove(OpenConnection entry) => _late.TryRemove(entry, out _);

    /// <summary>How many each endpoint has.</summary>
    public IReadOnlyList<(string Endpoint, int Count)> ByEndpoint() =>
        [.. _late.Keys.GroupBy(entry => entry.Endpoint).Select(endpoint => (endpoint.Key, endpoint.Count()))
            .OrderBy(endpoint => endpoint.Key, StringComparer.Ordinal)];
}
