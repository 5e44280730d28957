namespace Cierre.Connections;

/// <summary>The callers that wait for a pong: each ping has a number, and a pong answers all before it. Guarded by the connection's lock.</summary>
internal struct PingWaiters
{
    private List<(ulong Number, TimeSpan SentAt, TaskCompletionSource<TimeSpan> Done)>? _waiters;

    public Task<TimeSpan> Add(ulong number, TimeSpan now)
    {
        var done = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        (_waiters ??= []).Add((number, now, done));
        return done.Task;
    }

    public readonly void Answer(ulong number, TimeSpan now)
    {
        if (_waiters is null) return;
        foreach ((ulong waiting, TimeSpan sentAt, TaskCompletionSource<TimeSpan> done) in _waiters)
        {
            if (waiting <= number) done.TrySetResult(now < sentAt ? TimeSpan.Zero : now - sentAt);
        }

        _waiters.RemoveAll(w => w.Number <= number);
    }

    public void Fail(CloseRecord record)
    {
        if (_waiters is null) return;
        foreach (var waiter in _waiters)
        {
            waiter.Done.TrySetException(new WebSocketClosedException(record));
            // Observed: whoever cancelled the wait does not look any more.
            _ = waiter.Done.Task.Exception;
        }

        _waiters = null;
    }
}
