using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Cierre.AspNetCore.Roster;

namespace Cierre.AspNetCore;

/// <summary>Lists the open WebSocket connections of a server, closing ones included: to find, to send to and to close.</summary>
/// <remarks>
/// <para>A listing is of the moment and takes no lock: who enters or leaves meanwhile may be in it or not.</para>
/// <para>For a chosen set use LINQ: <c>server.Connections.Where(c =&gt; c.Endpoint == "/chat").BroadcastAsync("hi")</c>.</para>
/// </remarks>
[SuppressMessage("Naming", "CA1710", Justification = "A roster is a collection by its own name.")]
public sealed class WebSocketRoster : IReadOnlyCollection<OpenConnection>
{
    private readonly ConcurrentDictionary<long, OpenConnection> _open = new();
    private readonly Roster.UserIndex _users = new();
    private readonly Roster.RecentCloses _closed = new();
    private readonly OpenCount _count = new();

    internal WebSocketRoster()
    {
    }

    /// <summary>How many connections are open, closing ones included.</summary>
    public int Count => _count.Value;

    /// <summary>Gets the last 100 connections that ended, the newest first: a copy of the moment.</summary>
    public IReadOnlyList<ClosedConnection> GetRecentCloses() => _closed.Snapshot();

    /// <summary>The connection with this number; null where none is open that has it.</summary>
    /// <param name="id">Its <see cref="WebSocketConnection.Id"/>.</param>
    public OpenConnection? Find(long id) => _open.GetValueOrDefault(id);

    /// <summary>The open connections of a user, the oldest first; empty for none.</summary>
    /// <param name="userId">The name that <see cref="WebSocketServerOptions.UserIdSelector"/> gives.</param>
    public IReadOnlyList<OpenConnection> FindByUserId(string userId)
    {
        ArgumentNullException.ThrowIfNull(userId);
        return _users.Of(userId);
    }

    /// <summary>Lists the open connections, in no order.</summary>
    public IEnumerator<OpenConnection> GetEnumerator()
    {
        foreach (KeyValuePair<long, OpenConnection> entry in _open) yield return entry.Value;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>As <see cref="GetRecentCloses"/>, with how many ended so far.</summary>
    internal IReadOnlyList<ClosedConnection> ClosesSoFar(out long ever) => _closed.Snapshot(out ever);

    internal IReadOnlyCollection<WebSocketConnection> Snapshot() => [.. this.Select(entry => entry.Connection)];

    /// <summary>The open ones, the newest first: of a session the connection that carries it, because the session may go on elsewhere.</summary>
    internal IEnumerable<WebSocketConnection> NewestFirst() => this.OrderByDescending(entry => entry.Id).Select(entry => entry.Carrier);

    internal void Add(OpenConnection entry)
    {
        if (!_open.TryAdd(entry.Id, entry)) return;
        _count.Enter();
        _users.Add(entry);
    }

    internal void Remove(OpenConnection entry, CloseRecord record)
    {
        if (!_open.TryRemove(entry.Id, out _)) return;
        _users.Remove(entry);
        _closed.Add(new ClosedConnection(entry.Id, entry.Endpoint, entry.UserId, entry.RemoteEndPoint, entry.Connection.Subprotocol, entry.OpenedAt,
            record) { IsInspector = entry.IsInspector });
        _count.Leave();
    }

    internal void Rename(OpenConnection entry, string? user) => _users.Rename(entry, user);

    internal Task WhenEmpty() => _count.WhenEmpty();
}
