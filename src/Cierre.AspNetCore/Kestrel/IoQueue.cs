using System.Collections.Concurrent;
using System.IO.Pipelines;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>Runs the transport's work of some connections, one piece after the other: as many threads do so at a time as there are queues.</summary>
/// <remarks>What connections ask for while a queue is at work costs no work item of the thread pool.</remarks>
internal sealed class IoQueue : PipeScheduler, IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<(Action<object?> Action, object? State)> _work = new();
    private int _runs;

    public override void Schedule(Action<object?> action, object? state)
    {
        _work.Enqueue((action, state));
        if (Interlocked.Exchange(ref _runs, 1) == 0) System.Threading.ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            while (_work.TryDequeue(out (Action<object?> Action, object? State) next)) next.Action(next.State);
            // A full fence: what was enqueued before the flag fell is seen below, what comes later starts the queue anew.
            Interlocked.Exchange(ref _runs, 0);
        }
        while (!_work.IsEmpty && Interlocked.Exchange(ref _runs, 1) == 0);
    }
}
