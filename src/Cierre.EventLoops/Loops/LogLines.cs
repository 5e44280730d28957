using System.Collections.Concurrent;

namespace Cierre.EventLoops.Loops;

/// <summary>Lines on their way to the application's logger: on the pool, in their order. A logger may block or throw, and neither a loop nor the watch waits
/// for it.</summary>
internal sealed class LogLines : IThreadPoolWorkItem
{
    // Behind a logger that does not come back no more than so many wait; what comes then is lost.
    private const int Most = 1000;

    private readonly ConcurrentQueue<Action> _waiting = new();
    private int _isTelling;

    public void Add(Action line)
    {
        if (_waiting.Count >= Most) return;
        _waiting.Enqueue(line);
        Tell();
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (_waiting.TryDequeue(out Action? line)) Tell(line);
        // A full fence: whoever adds and sees that it is being told must be seen by the look below.
        Interlocked.Exchange(ref _isTelling, 0);
        if (!_waiting.IsEmpty) Tell();
    }

    private static void Tell(Action line)
    {
        try
        {
            line();
        }
        catch (Exception)
        {
            // There is nowhere to tell it.
        }
    }

    private void Tell()
    {
        if (Interlocked.Exchange(ref _isTelling, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
