using System.Runtime.ExceptionServices;

namespace Cierre.Browser;

/// <summary>The event loop of one socket: its tasks run one at a time and in order, on a synchronization context or on the thread pool.</summary>
/// <remarks>A context of its own keeps neither order nor distance (the base class posts to the pool), so at most one callback is outstanding.</remarks>
internal sealed class TaskQueue(SynchronizationContext? context)
{
    // How many tasks one callback runs: others wait for the same thread.
    private const int Batch = 16;

    private readonly Lock _gate = new();
    private readonly Queue<Action> _tasks = new();
    private bool _outstanding;

    public void Enqueue(Action task)
    {
        lock (_gate)
        {
            _tasks.Enqueue(task);
            if (_outstanding) return;
            _outstanding = true;
        }

        Post();
    }

    private void Post()
    {
        if (context is not null)
        {
            try
            {
                context.Post(static queue => ((TaskQueue)queue!).Run(), this);
                return;
            }
            catch (Exception)
            {
                // The thread behind it is gone. The socket still has to come to its end.
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.Run(), this, preferLocal: false);
    }

    private void Run()
    {
        for (int i = 0; i < Batch; i++)
        {
            Action? task;
            lock (_gate) _outstanding = _tasks.TryDequeue(out task);
            if (task is null) return;
            try
            {
                task();
            }
            catch (Exception e)
            {
                // What listeners throw is reported, so this was the report itself. It ends the process, as anything does that nobody catches.
                ExceptionDispatchInfo thrown = ExceptionDispatchInfo.Capture(e);
                ThreadPool.UnsafeQueueUserWorkItem(static thrown => thrown.Throw(), thrown, preferLocal: false);
            }
        }

        Post();
    }
}
