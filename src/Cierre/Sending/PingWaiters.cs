using Cierre.Scheduling;

namespace Cierre.Sending;

/// <summary>The callers that wait for a pong: each ping has a number, and a pong answers all before it. Guarded by the connection's lock, outside of which
/// they are told.</summary>
internal struct PingWaiters
{
    private List<Waiter>? _waiters;

    public Task<TimeSpan> Add(ulong number, TimeSpan now)
    {
        var done = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        (_waiters ??= []).Add(new Waiter(number, now, done));
        return done.Task;
    }

    public readonly void Answer(ulong number, TimeSpan now)
    {
        if (_waiters is null) return;
        List<Waiter> answered = _waiters.FindAll(waiter => waiter.Number <= number);
        if (answered.Count == 0) return;
        _waiters.RemoveAll(waiter => waiter.Number <= number);
        OnPool.Run((answered, now), static of => of.answered.ForEach(waiter => waiter.Answer(of.now)));
    }

    public void Fail(CloseRecord record)
    {
        if (_waiters is not { Count: > 0 } failed) return;
        _waiters = null;
        OnPool.Run((failed, record), static of => of.failed.ForEach(waiter => waiter.Fail(of.record)));
    }

    private readonly record struct Waiter(ulong Number, TimeSpan SentAt, TaskCompletionSource<TimeSpan> Done)
    {
        public void Answer(TimeSpan now) => Done.SetResult(now < SentAt ? TimeSpan.Zero : now - SentAt);

        public void Fail(CloseRecord record)
        {
            Done.SetException(new WebSocketClosedException(record));
            // Observed: whoever cancelled the wait does not look any more.
            _ = Done.Task.Exception;
        }
    }
}
