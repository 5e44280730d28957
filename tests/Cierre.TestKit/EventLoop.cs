using System.Collections.Concurrent;

namespace Cierre.TestKit;

/// <summary>A thread that runs what is posted to it, one after another, as a page's or a user interface's does.</summary>
public sealed class EventLoop : SynchronizationContext, IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly BlockingCollection<(SendOrPostCallback, object?)> _posted = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EventLoop()
    {
        var thread = new Thread(Run) { IsBackground = true };
        thread.Start();
        ThreadId = thread.ManagedThreadId;
    }

    public int ThreadId { get; }

    public override void Post(SendOrPostCallback d, object? state) => _posted.Add((d, state));

    public void Post(Action action) => Post(_ => action(), null);

    /// <summary>Runs what was posted so far, and then nothing any more.</summary>
    public Task EndAsync()
    {
        _posted.CompleteAdding();
        return _ended.Task.WaitAsync(Bound);
    }

    public void Dispose() => _posted.Dispose();

    private void Run()
    {
        SetSynchronizationContext(this);
        foreach (var (callback, state) in _posted.GetConsumingEnumerable()) callback(state);
        _ended.SetResult();
    }
}
