using System.Collections.Concurrent;

namespace Cierre.Transports;

/// <summary>Where connections wait for their next turn: those that have much to do, in their order, one of them at a time in the queue of the pool.</summary>
/// <remarks>So whoever has little to do waits for a turn or two, and not for a turn of each of the others. It allocates nothing for a turn.</remarks>
internal sealed class TurnQueue : IThreadPoolWorkItem
{
    public static readonly TurnQueue Shared = new();

    private readonly ConcurrentQueue<IThreadPoolWorkItem> _waiting = new();
    private int _isQueued;

    public void Add(IThreadPoolWorkItem turn)
    {
        _waiting.Enqueue(turn);
        Queue();
    }

    void IThreadPoolWorkItem.Execute()
    {
        bool any = _waiting.TryDequeue(out IThreadPoolWorkItem? turn);
        // A full fence: whoever adds and sees the old value must be seen by the probe below.
        Interlocked.Exchange(ref _isQueued, 0);
        // The next one goes behind all that waits for a thread now, and does not wait for this one.
        if (!_waiting.IsEmpty) Queue();
        if (any) turn!.Execute();
    }

    private void Queue()
    {
        if (Interlocked.Exchange(ref _isQueued, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
