using System.Security.Cryptography;
using Cierre.Resuming;

namespace Cierre.Topics;

/// <summary>The newest messages of one topic, in memory.</summary>
/// <param name="limits">How much of them is kept.</param>
internal sealed class TopicLog(TopicLogLimits limits)
{
    // How much one page has at most: what a reader that was away is sent before the next look at the log.
    private const int LongestPage = 64;
    private const int LargestPage = 64 * 1024;

    private readonly Lock _gate = new();
    // In front of the first are those that are dropped, until they are as many as the others.
    private readonly List<TopicEntry?> _entries = [];
    private int _first;
    private readonly string _epoch = RandomNumberGenerator.GetHexString(8, lowercase: true);
    private ITopicTail? _tail;
    private TopicCursor _trimmed;
    private TopicCursor _last;

    /// <summary>Of the payloads that are kept.</summary>
    public long Bytes { get; private set; }

    /// <summary>When it was used last.</summary>
    public DateTimeOffset Used { get; private set; }

    /// <summary>Whether nobody may use it any more: it is forgotten, and the next of its name is another one.</summary>
    public bool IsForgotten { get; private set; }

    /// <summary>Adds a message, and forgets the oldest beyond what is kept.</summary>
    /// <param name="mayGrow">False: more is kept of all topics together than may be.</param>
    /// <param name="kept">How many bytes more are kept of the topic than before.</param>
    /// <returns>Null: it is forgotten.</returns>
    public TopicCursor? Append(WebSocketOpcode kind, ReadOnlyMemory<byte> payload, DateTimeOffset now, bool mayGrow, out long kept)
    {
        lock (_gate)
        {
            kept = 0;
            if (IsForgotten) return null;
            Begin(now);
            long before = Bytes;
            Span<byte> tag = stackalloc byte[sizeof(ushort)];
            RandomNumberGenerator.Fill(tag);
            var entry = new TopicEntry(_last.Offset + 1, BitConverter.ToUInt16(tag), kind, payload.ToArray());
            _entries.Add(entry);
            Bytes += payload.Length;
            _last = PlaceOf(entry);
            long most = mayGrow ? limits.Bytes : Math.Min(limits.Bytes, before);
            while (Count > limits.Messages || (Bytes > most && Count > 1)) Trim();
            kept = Bytes - before;
            _tail?.Add(entry);
            return _last;
        }
    }

    /// <summary>Follows each <see cref="Append"/>, under no lock.</summary>
    /// <returns>Completes when more may be added.</returns>
    public ValueTask HandOutAsync() => Volatile.Read(ref _tail)?.HandOutAsync() ?? default;

    /// <summary>What follows a place.</summary>
    /// <param name="after">Null: the end.</param>
    /// <returns>Null: it is forgotten.</returns>
    public TopicPage? Read(TopicCursor? after, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (IsForgotten) return null;
            Begin(now);
            if (after is not { } place) return new TopicPage(_last, [], Missing: null);
            // Nothing of another log was seen of this one, and all of it is new.
            if (place.Epoch != _epoch) return PageAfter(_trimmed, new TopicLoss(null, null, GapReason.Epoch));
            // The same log, and not its message: what was seen of it nobody knows.
            if (!Has(place)) return new TopicPage(_last, [], new TopicLoss(null, null, GapReason.Epoch));
            return place.Offset < _trimmed.Offset
                ? PageAfter(_trimmed, new TopicLoss(place.Offset + 1, _trimmed.Offset, GapReason.Trimmed))
                : PageAfter(place, missing: null);
        }
    }

    /// <summary>Tells each message that is added from now on.</summary>
    /// <returns>False: it is forgotten.</returns>
    public bool Follow(ITopicTail tail, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (IsForgotten) return false;
            Begin(now);
            _tail = tail;
            return true;
        }
    }

    public void Unfollow(DateTimeOffset now)
    {
        lock (_gate) (_tail, Used) = (null, now);
    }

    /// <summary>Forgets it where nobody follows it and it was not used since.</summary>
    /// <returns>How many bytes are kept no more.</returns>
    public long ForgetUnusedSince(DateTimeOffset since)
    {
        lock (_gate)
        {
            if (_tail is not null || Used > since || IsForgotten) return 0;
            IsForgotten = true;
            _entries.Clear();
            _first = 0;
            return Bytes;
        }
    }

    private int Count => _entries.Count - _first;

    private void Begin(DateTimeOffset now)
    {
        Used = now;
        if (_last.Epoch is null) _last = _trimmed = new TopicCursor(_epoch, 0, 0);
    }

    private void Trim()
    {
        TopicEntry oldest = _entries[_first]!;
        _entries[_first++] = null;
        if (_first > Count)
        {
            _entries.RemoveRange(0, _first);
            _first = 0;
        }

        Bytes -= oldest.Payload.Length;
        _trimmed = PlaceOf(oldest);
    }

    private TopicCursor PlaceOf(TopicEntry entry) => new(_epoch, entry.Offset, entry.Tag);

    /// <summary>Of what is forgotten the newest is known yet; of what is older nothing says otherwise.</summary>
    private bool Has(TopicCursor place)
    {
        if (place.Offset < _trimmed.Offset) return true;
        if (place.Offset == _trimmed.Offset) return place == _trimmed;
        foreach (TopicEntry entry in From(place.Offset)) return entry.Offset == place.Offset && entry.Tag == place.Tag;
        return false;
    }

    private TopicPage PageAfter(TopicCursor at, TopicLoss? missing)
    {
        var entries = new List<TopicEntry>();
        long bytes = 0;
        foreach (TopicEntry entry in From(at.Offset + 1))
        {
            if (entries.Count == LongestPage || bytes > LargestPage) break;
            entries.Add(entry);
            bytes += entry.Payload.Length;
        }

        return new TopicPage(at, entries, missing);
    }

    private IEnumerable<TopicEntry> From(long offset)
    {
        for (long i = _first + (offset - _trimmed.Offset - 1); i < _entries.Count; i++) yield return _entries[(int)i]!;
    }
}

/// <summary>How much of a topic is kept.</summary>
/// <param name="Messages">How many at most.</param>
/// <param name="Bytes">How many bytes of their payloads; the newest message is kept however large it is.</param>
internal readonly record struct TopicLogLimits(int Messages, long Bytes);
