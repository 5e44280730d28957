using Cierre.Scheduling;

namespace Cierre.Topics;

/// <summary>Messages on their way to a topic's readers, one after the other: whoever brings the first hands it out, the pool hands out what has come meanwhile,
/// and whoever brings more than can be handed out waits.</summary>
/// <param name="handOut">Is called with each, under no lock. It throws nothing.</param>
internal sealed class TopicQueue(Action<TopicEntry> handOut) : ITopicTail
{
    /// <summary>How many may wait before whoever brings more waits as well.</summary>
    public const int MostWaiting = 64;

    private const long MostBytes = 1024 * 1024;
    // How many go out before other work of the pool has its turn.
    private const int Turn = 64;

    private readonly Lock _gate = new();
    private readonly Queue<TopicEntry> _waiting = new(1);
    private long _bytes;
    private bool _isHandingOut;
    private TaskCompletionSource? _room;

    /// <summary>Nothing waits, and nothing is being handed out.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate) return !_isHandingOut;
        }
    }

    public void Add(TopicEntry entry)
    {
        lock (_gate)
        {
            _waiting.Enqueue(entry);
            _bytes += entry.Payload.Length;
        }
    }

    public ValueTask HandOutAsync()
    {
        lock (_gate)
        {
            if (_isHandingOut) return HasRoom ? default : new ValueTask((_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task);
            _isHandingOut = true;
        }

        HandOut(most: 1);
        return default;
    }

    // One that is alone may be as large as it wants.
    private bool HasRoom => _waiting.Count <= 1 || (_waiting.Count <= MostWaiting && _bytes <= MostBytes);

    private void HandOut(int most)
    {
        for (int i = 0; i < most; i++)
        {
            if (!TryTake(out TopicEntry? next)) return;
            handOut(next);
        }

        lock (_gate)
        {
            _isHandingOut = _waiting.Count > 0;
            if (!_isHandingOut) return;
        }

        OnPool.Run(this, static queue => queue.HandOut(Turn));
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TopicEntry next)
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            _isHandingOut = _waiting.TryDequeue(out next);
            if (next is null) return false;
            _bytes -= next.Payload.Length;
            if (HasRoom) (room, _room) = (_room, null);
        }

        room?.TrySetResult();
        return true;
    }
}
