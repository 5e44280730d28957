using System.Runtime.CompilerServices;
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
    private volatile bool _hurries;

    /// <summary>Whether the tasks run where an application may block: on a context that is not the thread pool's.</summary>
    public bool HasLoop => context is not null;

    /// <summary>Goes on on the pool, or in the simulation, and not on the thread of whoever brought the news. To post to a context, and to complete a task that
    /// somebody may await, calls code of the application's, which may block.</summary>
    public static ConfiguredTaskAwaitable LeaveThread() => Task.CompletedTask.ConfigureAwait(
        ConfigureAwaitOptions.ForceYielding | (SimulationContext.IsCurrent ? ConfigureAwaitOptions.ContinueOnCapturedContext : ConfigureAwaitOptions.None));

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

    /// <summary>What waits here runs in one go, before what is posted to the context from now on.</summary>
    public void Hurry() => _hurries = true;

    private void Post()
    {
        if (context is not null)
        {
            try
            {
                // A window's thread has a context of its own, its culture among it. Whoever brought the event has nothing to say in it.
                using AsyncFlowControl suppressed = ExecutionContext.SuppressFlow();
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
        for (int i = 0; i < Batch || _hurries; i++)
        {
            Action? task;
            lock (_gate) _outstanding = _tasks.TryDequeue(out task);
            if (task is null)
            {
                _hurries = false;
                return;
            }

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
