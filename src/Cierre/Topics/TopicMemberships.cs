using System.Collections.Immutable;
using System.Text;
using Cierre.Connections;
using Cierre.Resuming;

namespace Cierre.Topics;

/// <summary>The topics that a connection, or a session, has joined.</summary>
/// <param name="line">What carries it; null: nothing does at the moment.</param>
/// <param name="known">Where the client was in a session before.</param>
internal sealed class TopicMemberships(TopicNode node, bool isSession, ConnectionDriver? line, ImmutableDictionary<string, TopicCursor> known)
{
    /// <summary>How long the name of a topic may be, in bytes of UTF-8.</summary>
    public const int LongestName = 256;

    // A client that resumes names each with its place in one control message, beside its token.
    private const int MostBytes = ResumeControl.MaxSize - 8 * 1024;
    private const int BytesOfPlace = 48;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, TopicReader> _readers = new(StringComparer.Ordinal);
    private ConnectionDriver? _line = line;
    private ImmutableDictionary<string, TopicCursor> _known = known;
    // The client keeps their places, because nothing tells it that they were left.
    private HashSet<string>? _left;
    private int _bytes;
    private bool _hasEnded;

    /// <returns>Completes when what is published from now on reaches it, or will when it is back.</returns>
    /// <exception cref="InvalidOperationException">It is in too many.</exception>
    public async Task JoinAsync(string topic)
    {
        TopicReader reader;
        TopicCursor place;
        bool isKnown;
        lock (_gate)
        {
            if (_hasEnded || _readers.ContainsKey(topic)) return;
            if (isSession && _left?.Remove(topic) != true) Count(topic);
            // Once: whoever leaves and joins again begins with what comes then.
            isKnown = _known.TryGetValue(topic, out place);
            _known = _known.Remove(topic);
            _readers.Add(topic, reader = node.Enter(topic, isSession));
            if (_line is { } carrier) reader.Carry(carrier, at: null);
        }

        TopicCursor at = isKnown
            ? place
            : (await node.Logs.ReadAsync(topic, after: null).ConfigureAwait(SimulationContext.IsCurrent)).At;
        reader.Begin(at);
    }

    /// <returns>Whether it was there.</returns>
    public bool Leave(string topic)
    {
        lock (_gate)
        {
            if (!_readers.Remove(topic, out TopicReader? reader)) return false;
            if (isSession) (_left ??= new HashSet<string>(StringComparer.Ordinal)).Add(topic);
            node.Leave(reader);
            return true;
        }
    }

    /// <summary>The session goes on over another connection. Under the session's lock, so that the newest connection is the last.</summary>
    /// <param name="cursors">What the client has.</param>
    /// <returns>Who goes on, behind the lock.</returns>
    public List<TopicReader> Carry(ConnectionDriver carrier, ImmutableDictionary<string, TopicCursor> cursors)
    {
        List<TopicReader> goOn = [];
        lock (_gate)
        {
            _line = carrier;
            foreach ((string topic, TopicReader reader) in _readers)
            {
                if (reader.Carry(carrier, cursors.TryGetValue(topic, out TopicCursor at) ? at : null)) goOn.Add(reader);
            }
        }

        return goOn;
    }

    /// <summary>The connection has ended.</summary>
    public void Lost(ConnectionDriver carrier)
    {
        lock (_gate)
        {
            if (_line == carrier) _line = null;
            foreach (TopicReader reader in _readers.Values) reader.Stop(carrier);
        }
    }

    /// <summary>It is over.</summary>
    public void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
            foreach (TopicReader reader in _readers.Values) node.Leave(reader);
            _readers.Clear();
        }
    }

    /// <summary>One more that the client names when it comes back.</summary>
    /// <exception cref="InvalidOperationException">That does not go into one message.</exception>
    private void Count(string topic)
    {
        int count = _readers.Count + (_left?.Count ?? 0), bytes = Encoding.UTF8.GetByteCount(topic) + topic.Count(c => c is '"' or '\\') + BytesOfPlace;
        if (count >= ResumeControl.MaxTopics || _bytes + bytes > MostBytes)
        {
            throw new InvalidOperationException(
                $"A session joins at most {ResumeControl.MaxTopics} topics in its life, or fewer where their names are long, because its client names all of "
                + $"them when it comes back. This one has joined {count}.");
        }

        _bytes += bytes;
    }
}
