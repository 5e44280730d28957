using System.Collections.Concurrent;

namespace Cierre.TestKit;

/// <summary>One thread that an application has given everything to: as a <see cref="SynchronizationContext"/> like a window's, or as a <see cref="TaskScheduler"/> of its own.</summary>
public sealed class SingleThread : TaskScheduler, IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private readonly bool _asScheduler;

    public SingleThread(bool asScheduler)
    {
        _asScheduler = asScheduler;
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public override int MaximumConcurrencyLevel => 1;

    public bool IsHere => Environment.CurrentManagedThreadId == _thread.ManagedThreadId;

    /// <summary>Runs it on the thread, and whatever it awaits as well.</summary>
    public Task RunAsync(Func<Task> work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_asScheduler) _ = Task.Factory.StartNew(() => Finish(work(), done), CancellationToken.None, TaskCreationOptions.None, this);
        else _work.Add(() => Finish(work(), done));
        return done.Task;
    }

    /// <summary>Runs it on the thread, which may block in it.</summary>
    public Task RunAsync(Action work) => RunAsync(async () =>
    {
        await Task.CompletedTask;
        work();
    });

    public void Dispose() => _work.CompleteAdding();

    protected override void QueueTask(Task task) => _work.Add(() => TryExecuteTask(task));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => IsHere && TryExecuteTask(task);

    protected override IEnumerable<Task>? GetScheduledTasks() => null;

    private static void Finish(Task work, TaskCompletionSource done) =>
        work.ContinueWith(ended => done.SetFromTask(ended), CancellationToken.None, TaskContinuationOptions.None, Default);

    private void Run()
    {
        if (!_asScheduler) SynchronizationContext.SetSynchronizationContext(new Window(this));
        foreach (Action work in _work.GetConsumingEnumerable()) work();
    }

    private sealed class Window(SingleThread thread) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => thread._work.Add(() => d(state));

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nobody may wait for a window.");
    }
}
