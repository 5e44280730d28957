using System.Collections.Immutable;
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
    private int _bytes;
    private bool _hasEnded;

    /// <returns>Completes when what is published from now on reaches it, or will when it is back.</returns>
    /// <exception cref="InvalidOperationException">It is in too many.</exception>
    public async Task JoinAsync(string topic)
    {
        TopicReader reader;
        lock (_gate)
        {
            if (_hasEnded || _readers.ContainsKey(topic)) return;
            int bytes = BytesOf(topic);
            if (_readers.Count == ResumeControl.MaxTopics || _bytes + bytes > MostBytes)
            {
                throw new InvalidOperationException(
                    $"A client names its topics in one message: at most {ResumeControl.MaxTopics}, or fewer where their names are long. This one is in "
                    + $"{_readers.Count}.");
            }

            _bytes += bytes;
            _readers.Add(topic, reader = node.Enter(topic, isSession));
            if (_line is { } carrier) reader.Carry(carrier, at: null);
        }

        TopicCursor at = known.TryGetValue(topic, out TopicCursor place)
            ? place
            : (await node.Logs.ReadAsync(topic, after: null).ConfigureAwait(SimulationContext.IsCurrent)).At;
        await reader.BeginAsync(at).ConfigureAwait(SimulationContext.IsCurrent);
    }

    /// <returns>Whether it was there.</returns>
    public bool Leave(string topic)
    {
        lock (_gate)
        {
            if (!_readers.Remove(topic, out TopicReader? reader)) return false;
            _bytes -= BytesOf(topic);
            node.Leave(reader);
            return true;
        }
    }

    /// <summary>The session goes on over another connection.</summary>
    /// <param name="cursors">What the client has.</param>
    public void Carry(ConnectionDriver carrier, ImmutableDictionary<string, TopicCursor> cursors)
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

        foreach (TopicReader reader in goOn) reader.GoOn(carrier);
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

    private static int BytesOf(string topic) => System.Text.Encoding.UTF8.GetByteCount(topic) + topic.Count(c => c is '"' or '\\') + BytesOfPlace;
}
