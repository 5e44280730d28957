using Cierre.Callbacks;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Resuming;
using Cierre.Sending;
using Cierre.Telemetry;

namespace Cierre.Topics;

/// <summary>A connection's, or a session's, place in a topic. Where it keeps up it is handed what comes; where it does not, or was away, it reads the log at
/// its own pace: so a slow reader costs the node no more than its place.</summary>
/// <param name="isSession">It is told of its place and of what it misses; else it has no way to know, and is closed where messages are missing.</param>
internal sealed class TopicReader(TopicFeed feed, bool isSession)
{
    private readonly Lock _gate = new();
    private ConnectionDriver? _line;
    private TopicCursor? _joined;
    private TopicCursor _at;
    private bool _keepsUp;

    public TopicFeed Feed => feed;

    /// <summary>Begins where it joins. Whoever lets it join does not wait until a slow client has what there is.</summary>
    public void Begin(TopicCursor at)
    {
        ConnectionDriver? line;
        lock (_gate)
        {
            _joined = _at = at;
            line = _line;
        }

        if (line is not null) GoOn(line);
    }

    /// <summary>From now on it is sent over this connection.</summary>
    /// <param name="at">What the client has; null: it has not heard that it joined.</param>
    /// <returns>Whether <see cref="GoOn"/> is to follow; else whoever joins it begins.</returns>
    public bool Carry(ConnectionDriver line, TopicCursor? at)
    {
        lock (_gate)
        {
            _line = line;
            _keepsUp = false;
            if (_joined is not { } joined) return false;
            // What was published before it joined, or while it had left, is none of its own.
            _at = at is { } place && (place.Epoch != joined.Epoch || place.Offset >= joined.Offset) ? place : joined;
            return true;
        }
    }

    /// <summary>Sends over a connection what the client misses, and what comes.</summary>
    public void GoOn(ConnectionDriver line) => _ = ReadOnAsync(line, isNew: true);

    /// <summary>The connection has ended, or it leaves.</summary>
    /// <param name="line">Null: whichever it is.</param>
    public void Stop(ConnectionDriver? line = null)
    {
        lock (_gate)
        {
            if (line is not null && _line != line) return;
            _line = null;
            _keepsUp = false;
        }
    }

    /// <summary>A message has come; they come in their order.</summary>
    public void Offer(TopicPost post)
    {
        ConnectionDriver line;
        lock (_gate)
        {
            if (!_keepsUp || post.Entry.Offset <= _at.Offset) return;
            line = _line!;
            // It has all before it, unless what handed those out has failed.
            if (post.Entry.Offset == _at.Offset + 1 && TryTake(post, line))
            {
                _at = PlaceOf(post.Entry);
                return;
            }

            _keepsUp = false;
        }

        // It is closing, or has no room: either shows with the next send.
        ReadOnLater(line);
    }

    /// <summary>What hands out has failed in the middle of it.</summary>
    public void Doubt(Exception exception)
    {
        ConnectionDriver line;
        lock (_gate)
        {
            if (!_keepsUp) return;
            (line, _keepsUp) = (_line!, false);
        }

        line.Failed(exception);
        ReadOnLater(line);
    }

    private void ReadOnLater(ConnectionDriver line) =>
        Scheduling.OnPool.Run((reader: this, line), static of => _ = of.reader.ReadOnAsync(of.line, isNew: false));

    /// <summary>What fails for one reader stops none of the others, nor the topic: it reads on.</summary>
    private bool TryTake(TopicPost post, ConnectionDriver line)
    {
        try
        {
            return post.TryEnqueue(line, isSession) == EnqueueResult.Taken;
        }
        catch (Exception e)
        {
            line.Failed(e);
            return false;
        }
    }

    /// <summary>Sends what the log has, and what comes meanwhile, until nothing is left.</summary>
    /// <param name="isNew">The client does not know yet where the topic goes on over this connection.</param>
    private async Task ReadOnAsync(ConnectionDriver line, bool isNew)
    {
        try
        {
            while (TryGetPlace(line, out TopicCursor at))
            {
                TopicPage page = await feed.ReadAsync(at).ConfigureAwait(SimulationContext.IsCurrent);
                if (page.Missing is { } missing)
                {
                    if (!isSession)
                    {
                        line.BeginClose(Violations.TopicNotTaken());
                        return;
                    }

                    TopicState? state = await feed.StateAsync().ConfigureAwait(SimulationContext.IsCurrent);
                    // It may go on over another connection by now, and is told there.
                    if (!TryGetPlace(line, out _)) return;
                    // Another reader has asked for it so long ago that what follows it is kept no more.
                    if (state is not null && state.At.Epoch == page.At.Epoch && state.At.Offset < page.At.Offset) continue;
                    if (state is not null)
                    {
                        await SendAsync(line, state, isNew).ConfigureAwait(SimulationContext.IsCurrent);
                        isNew = false;
                        if (!Move(line, state.At)) return;
                        continue;
                    }

                    Guarded.Call(missing.Reason, SessionMeter.Gap, line.CallbackFailed);
                    var gap = new ResumeControl.Gap(feed.Name, missing.From, missing.To, page.At, missing.Reason);
                    await SayAsync(line, gap).ConfigureAwait(SimulationContext.IsCurrent);
                }

                if (isNew && isSession) await BeginAsync(line, page.At).ConfigureAwait(SimulationContext.IsCurrent);
                isNew = false;
                if (!Move(line, page.At)) return;
                foreach (TopicEntry entry in page.Entries)
                {
                    await SendAsync(line, entry).ConfigureAwait(SimulationContext.IsCurrent);
                    if (!Move(line, PlaceOf(entry))) return;
                }

                if (page.Entries.Count == 0 && KeepsUpFromHere(line)) return;
            }
        }
        catch (WebSocketClosedException)
        {
            Stop(line);
        }
        catch (Exception e)
        {
            // Never in silence: the client comes back and reads on.
            Stop(line);
            line.Failed(e);
            line.Abort(EndReason.HandlerFailed(e));
        }
    }

    /// <summary>Sends the application's state in the place of what is missing.</summary>
    private async ValueTask SendAsync(ConnectionDriver line, TopicState state, bool isNew)
    {
        // The client is there when it has the state, and not before: it may be lost on the way.
        if (isNew) await BeginAsync(line, state.At with { Offset = 0, Tag = 0 }).ConfigureAwait(SimulationContext.IsCurrent);
        await SendAsync(line, new TopicEntry(state.At.Offset, state.At.Tag, state.Kind, state.Payload)).ConfigureAwait(SimulationContext.IsCurrent);
    }

    /// <summary>Says where the topic goes on over this connection, and under which number.</summary>
    private ValueTask BeginAsync(ConnectionDriver line, TopicCursor at) => SayAsync(line, new ResumeControl.Topic(feed.Number, feed.Name, at));

    private ValueTask SendAsync(ConnectionDriver line, TopicEntry entry) =>
        line.Sending.SendInTurnAsync(entry.Kind, isSession ? TopicPost.Mark(entry, feed.Number) : entry.Payload);

    private static ValueTask SayAsync(ConnectionDriver line, ResumeControl control) =>
        line.Sending.SendInTurnAsync(WebSocketOpcode.Text, ResumeControlWriter.Write(control));

    private bool TryGetPlace(ConnectionDriver line, out TopicCursor at)
    {
        lock (_gate)
        {
            at = _at;
            return _line == line;
        }
    }

    /// <returns>False: it goes on over another connection, or not at all.</returns>
    private bool Move(ConnectionDriver line, TopicCursor at)
    {
        lock (_gate)
        {
            if (_line != line) return false;
            _at = at;
            return true;
        }
    }

    /// <summary>Nothing was left to read: from now on it is handed what comes, unless something has come since.</summary>
    private bool KeepsUpFromHere(ConnectionDriver line)
    {
        lock (_gate)
        {
            if (_line != line) return true;
            return _keepsUp = feed.Offered <= _at.Offset;
        }
    }

    private TopicCursor PlaceOf(TopicEntry entry) => new(_at.Epoch, entry.Offset, entry.Tag);
}
