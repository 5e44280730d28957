using System.Collections.Concurrent;

namespace Cierre.AspNetCore.Admission;

/// <summary>The roster: every open connection of the server enters and leaves here; everything that ends many goes through it.</summary>
internal sealed class OpenConnections
{
    private readonly ConcurrentDictionary<WebSocketConnection, byte> _open = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _whenEmpty;

    public int Count => _open.Count;

    public IReadOnlyCollection<WebSocketConnection> Snapshot() => [.. _open.Keys];

    public void Enter(WebSocketConnection connection) => _open.TryAdd(connection, 0);

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
