using Cierre.Connections;
using Cierre.Resuming;

namespace Cierre.Topics;

/// <summary>A topic on this node, as long as somebody here follows it: what comes is handed to those who keep up.</summary>
internal sealed class TopicFeed
{
    private readonly ITopicLogs _logs;
    private readonly ITopicStates? _states;
    private readonly TopicQueue _queue;
    private readonly Lock _gate = new();
    private readonly List<TopicReader> _readers = [];
    private TopicReader[]? _snapshot;
    private IDisposable? _tail;
    private Task<TopicState?>? _state;
    private long _offered;

    /// <param name="number">Its number on every connection of this node.</param>
    /// <param name="states">What tells of the application's state where messages are missing; null: nothing does.</param>
    public TopicFeed(string name, int number, ITopicLogs logs, ITopicStates? states)
    {
        (Name, Number, _logs, _states) = (name, number, logs, states);
        _queue = new TopicQueue(Offer);
    }

    public string Name { get; }

    public int Number { get; }

    public int ReaderCount
    {
        get
        {
            lock (_gate) return _readers.Count;
        }
    }

    /// <summary>What was offered last: who has read less, reads on before it relies on the offers.</summary>
    public long Offered => Interlocked.Read(ref _offered);

    public void Add(TopicReader reader)
    {
        lock (_gate)
        {
            _readers.Add(reader);
            _snapshot = null;
            _tail ??= _logs.Tail(Name, _queue);
        }
    }

    /// <returns>Whether nobody is left.</returns>
    public bool Remove(TopicReader reader)
    {
        lock (_gate)
        {
            if (!_readers.Remove(reader)) return false;
            _snapshot = null;
            if (_readers.Count > 0) return false;
            _tail?.Dispose();
            _tail = null;
            return true;
        }
    }

    /// <summary>What follows a place in the log.</summary>
    public ValueTask<TopicPage> ReadAsync(TopicCursor after) => _logs.ReadAsync(Name, after);

    /// <summary>The application's own state, for readers that miss messages. Those that ask while it is being asked share its answer.</summary>
    /// <returns>Null: there is none.</returns>
    public Task<TopicState?> StateAsync()
    {
        if (_states is null) return Task.FromResult<TopicState?>(null);
        var asked = new TaskCompletionSource<TopicState?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_state is { } underWay) return underWay;
            _state = asked.Task;
        }

        _ = AskAsync(_states, asked);
        return asked.Task;
    }

    private async Task AskAsync(ITopicStates states, TaskCompletionSource<TopicState?> asked)
    {
        TopicState? state = null;
        Exception? failed = null;
        try
        {
            // What is published while the application is asked may be in its state, and follows all the same.
            TopicCursor at = (await _logs.ReadAsync(Name, after: null).ConfigureAwait(SimulationContext.IsCurrent)).At;
            if (await states.OfAsync(Name).ConfigureAwait(SimulationContext.IsCurrent) is var (kind, payload)) state = new TopicState(at, kind, payload);
        }
        catch (Exception e)
        {
            failed = e;
        }

        lock (_gate) _state = null;
        if (failed is null) asked.SetResult(state);
        else asked.SetException(failed);
    }

    /// <summary>The messages come one after the other.</summary>
    private void Offer(TopicEntry entry)
    {
        // Before the first is asked: who begins to rely on the offers meanwhile has seen this one, or reads it.
        Interlocked.Exchange(ref _offered, entry.Offset);
        TopicReader[] readers;
        lock (_gate) readers = _snapshot ??= [.. _readers];
        if (readers.Length == 0) return;
        try
        {
            using var post = new TopicPost(entry, Number, readers.Length);
            foreach (TopicReader reader in readers) reader.Offer(post);
        }
        catch (Exception e)
        {
            // Whoever was to have it looks what there is, so that none misses it in silence.
            foreach (TopicReader reader in readers) reader.Doubt(e);
        }
    }
}

/// <summary>The application's own state of topics, for whoever misses more than a log has.</summary>
internal interface ITopicStates
{
    /// <returns>A message that stands for all that was published so far; null: there is none. It throws nothing.</returns>
    ValueTask<(WebSocketOpcode Kind, ReadOnlyMemory<byte> Payload)?> OfAsync(string topic);
}

/// <summary>A message that stands for all that was published so far.</summary>
/// <param name="At">Where the log was before the application was asked.</param>
internal sealed record TopicState(TopicCursor At, WebSocketOpcode Kind, ReadOnlyMemory<byte> Payload);
