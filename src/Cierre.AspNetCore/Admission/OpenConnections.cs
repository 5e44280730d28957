using System.Collections.Concurrent;

namespace Cierre.AspNetCore.Admission;

/// <summary>The roster: every open connection of the server enters and leaves here; everything that ends many goes through it.</summary>
internal sealed class OpenConnections
{
    // To each the number of its entrance: the order in which they came.
    private readonly ConcurrentDictionary<WebSocketConnection, long> _open = new();
    private readonly Lock _gate = new();
    private long _entered;
    private TaskCompletionSource? _whenEmpty;

    public int Count => _open.Count;

    public IReadOnlyCollection<WebSocketConnection> Snapshot() => [.. _open.Keys];

    /// <summary>The open ones, the newest first.</summary>
    public IEnumerable<WebSocketConnection> NewestFirst() => _open.OrderByDescending(entry => entry.Value).Select(entry => entry.Key);

    public void Enter(WebSocketConnection connection) => _open.TryAdd(connection, Interlocked.Increment(ref _entered));

    public void Leave(WebSocketConnection connection)
    {
        _open.TryRemove(connection, out _);
        if (!_open.IsEmpty) return;
        lock (_gate) _whenEmpty?.TrySetResult();
    }

    public Task WhenEmpty()
    {
        lock (_gate)
        {
            if (_open.IsEmpty) return Task.CompletedTask;
            if (_whenEmpty is null or { Task.IsCompleted: true }) _whenEmpty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task task = _whenEmpty.Task;
            // The last may have left before the gate was ours.
            if (_open.IsEmpty) _whenEmpty.TrySetResult();
            return task;
        }
    }
}
