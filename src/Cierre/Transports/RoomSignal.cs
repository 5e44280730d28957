using System.Threading.Tasks.Sources;

namespace Cierre.Transports;

/// <summary>Says that a receiver may have room again. One waits at a time; what is said while nobody waits lets the next wait pass, once. No wait allocates
/// anything.</summary>
internal sealed class RoomSignal : IValueTaskSource
{
    private const int None = 0, IsSet = 1, Waited = 2;

    // Whoever says it holds a lock, perhaps.
    private ManualResetValueTaskSourceCore<bool> _wait = new() { RunContinuationsAsynchronously = true };
    private int _state;

    public void Set()
    {
        if (Interlocked.CompareExchange(ref _state, IsSet, None) == Waited
            && Interlocked.CompareExchange(ref _state, None, Waited) == Waited) _wait.SetResult(true);
    }

    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, None, IsSet) == IsSet) return default;
        _wait.Reset();
        var task = new ValueTask(this, _wait.Version);
        if (Interlocked.CompareExchange(ref _state, Waited, None) == None) return task;
        // It was said in this moment.
        Volatile.Write(ref _state, None);
        return default;
    }

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);
}
