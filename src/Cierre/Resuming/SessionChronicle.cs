using Cierre.Closing;

namespace Cierre.Resuming;

/// <summary>What is kept of the connections of a session, for its story. A mutable struct with one owner; a session of one connection keeps next to
/// nothing.</summary>
internal struct SessionChronicle
{
    private const int MostKept = 8;

    private List<Part>? _parts;
    private long _connection;
    private string? _node;
    private TimeSpan _since;

    /// <summary>How many connections carried the session.</summary>
    public int Count { get; private set; }

    /// <summary>Whether this is the connection that carries the session.</summary>
    public readonly bool Carries(long connection) => _connection == connection && connection != 0;

    /// <summary>A connection begins to carry the session.</summary>
    /// <param name="connection">Its number.</param>
    /// <param name="toPeer">How many messages this side repeats over it.</param>
    /// <param name="byPeer">How many the peer repeats; null: it does not say.</param>
    public void Carry(long connection, string node, TimeSpan now, long toPeer = 0, long? byPeer = 0)
    {
        if (_connection != 0) Left(now, record: null);
        if (_parts is { Count: > 0 } parts) parts[^1] = parts[^1] with { Pause = now - parts[^1].Until, ToPeer = toPeer, ByPeer = byPeer };
        (_connection, _node, _since) = (connection, node, now);
        Count++;
    }

    /// <summary>A connection has ended, which carries the session or did.</summary>
    /// <param name="connection">Its number; 0: it never opened, and is none of the session's.</param>
    public void Ended(long connection, TimeSpan now, CloseRecord record)
    {
        if (Carries(connection))
        {
            Left(now, record);
            return;
        }

        // One whose session went on elsewhere before its end was known.
        int at = _parts?.FindIndex(part => part.Connection == connection) ?? -1;
        if (at >= 0) _parts![at] = _parts[at] with { Record = record };
    }

    /// <summary>The connection before the one that carries the session now; null: there was none.</summary>
    public readonly SessionConnection? Last => _parts is [.., var last] ? last.Tell() : null;

    public readonly SessionStory Tell(string id, string? lost) =>
        new(id, _parts is null ? [] : [.. _parts.Select(part => part.Tell())], Count, lost);

    private void Left(TimeSpan now, CloseRecord? record)
    {
        _parts ??= new List<Part>(1);
        if (_parts.Count == MostKept) _parts.RemoveAt(0);
        _parts.Add(new Part(_connection, _node!, now - _since, now, record, Pause: null, ToPeer: 0, ByPeer: 0));
        _connection = 0;
    }

    /// <param name="Record">Null as long as its end is not known.</param>
    private readonly record struct Part(
        long Connection, string Node, TimeSpan Duration, TimeSpan Until, CloseRecord? Record, TimeSpan? Pause, long ToPeer, long? ByPeer)
    {
        public SessionConnection Tell() => new()
        {
            Node = Node,
            Duration = Duration,
            Code = Record?.Code ?? CloseCodes.AbnormalClosure,
            Cause = Record?.Cause ?? CloseCause.EndOfStream,
            Detail = Record?.Detail ?? "",
            Pause = Pause,
            RepeatedByThisSide = ToPeer,
            RepeatedByPeer = ByPeer,
        };
    }
}
