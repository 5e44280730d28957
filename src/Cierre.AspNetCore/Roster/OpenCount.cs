namespace Cierre.AspNetCore.Roster;

/// <summary>How many are open, and when none is any more.</summary>
internal sealed class OpenCount
{
    private readonly Lock _gate = new();
    private int _count;
    private TaskCompletionSource? _whenEmpty;

    public int Value => Volatile.Read(ref _count);

    public void Enter() => Interlocked.Increment(ref _count);

    public void Leave()
    {
        if (Interlocked.Decrement(ref _count) != 0) return;
        lock (_gate) _whenEmpty?.TrySetResult();
    }

    public Task WhenEmpty()
    {
        lock (_gate)
        {
            if (Value == 0) return Task.CompletedTask;
            if (_whenEmpty is null or { Task.IsCompleted: true }) _whenEmpty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task task = _whenEmpty.Task;
            // The last may have left before the gate was ours.
            if (Value == 0) _whenEmpty.TrySetResult();
            return task;
        }
    }
}
