using System.Collections.Concurrent;
using System.Security.Cryptography;
using Cierre.Connections;
using Cierre.Telemetry;

namespace Cierre.AspNetCore.Resuming;

/// <summary>The sessions of this server, those without a connection included, and for a day how those ended of which the client may not have heard.</summary>
internal sealed class SessionTable : IDisposable
{
    // A client that does not come back leaves one behind, so that there is a bound.
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<string, HostedSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RememberedEnd> _ends = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string Id, DateTimeOffset Until)> _inOrder = new();
    private readonly TimeProvider _time;
    private readonly Func<IEnumerable<(string Route, bool IsAway)>> _measured;

    public SessionTable(TimeProvider time)
    {
        _time = time;
        _measured = () => _sessions.Values.Select(session => (session.Endpoint, session.Session.Carrier == 0));
        ConnectionTelemetry.ObserveSessions(_measured);
    }

    /// <summary>This server since its start: one that starts anew has forgotten its sessions and has another name.</summary>
    public string Node { get; } = RandomNumberGenerator.GetHexString(8, lowercase: true);

    public IEnumerable<HostedSession> All => _sessions.Values;

    public static string NewId() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    public void Add(HostedSession session) => _sessions[session.Session.Id] = session;

    public HostedSession? Find(string id) => _sessions.GetValueOrDefault(id);

    /// <summary>How a session ended that is not here any more; null: nothing is known of it.</summary>
    public RememberedEnd? EndOf(string id) => _ends.GetValueOrDefault(id);

    /// <summary>A session is over.</summary>
    public void Remove(HostedSession session)
    {
        ConnectionControl.Session ended = session.Session;
        if (ended.CloseToTell is { } close) Remember(ended.Id, new RememberedEnd(close, Loss: null));
        else if (ended.LossToTell is { } loss) Remember(ended.Id, new RememberedEnd(Close: null, loss));
        _sessions.TryRemove(ended.Id, out _);
    }

    public void Dispose() => ConnectionTelemetry.ForgetSessions(_measured);

    private void Remember(string id, RememberedEnd end)
    {
        DateTimeOffset now = _time.GetUtcNow();
        _ends[id] = end;
        _inOrder.Enqueue((id, now + SessionTokens.Lifetime));
        while (_inOrder.TryPeek(out (string Id, DateTimeOffset Until) oldest) && (oldest.Until <= now || _inOrder.Count > MostRemembered))
        {
            if (_inOrder.TryDequeue(out oldest)) _ends.TryRemove(oldest.Id, out _);
        }
    }
}

/// <summary>How a session ended that the client may ask for once more.</summary>
/// <param name="Close">How the application ended it; null: it was lost.</param>
/// <param name="Loss">Why it was lost; null: it was ended.</param>
internal sealed record RememberedEnd(CloseFrame? Close, string? Loss);

/// <summary>A session of this server, and whose it is.</summary>
/// <param name="endpoint">The route pattern of its endpoint.</param>
/// <param name="user">A hash of the user's name; null for nobody.</param>
/// <param name="credentials">What the handler knows of the user.</param>
internal sealed class HostedSession(ConnectionControl.Session session, string endpoint, string? user, WebSocketCredentials credentials) : IEndWatcher
{
    private OpenConnection? _entry;
    private string? _userId;

    public ConnectionControl.Session Session => session;

    public string Endpoint => endpoint;

    public string? User => user;

    public WebSocketCredentials Credentials => credentials;

    /// <summary>The user's name, of the connection that carries it or of the last; null for nobody.</summary>
    public string? UserId => _entry is { } entry ? entry.UserId : _userId;

    /// <summary>A connection carries the session from now on. Under the session's lock.</summary>
    /// <param name="ofRequest">The credentials of its request.</param>
    public void CarriedBy(OpenConnection entry, WebSocketCredentials ofRequest)
    {
        // Who looks for the session on the roster finds it once.
        if (_entry is { } older) older.Connection = older.Carrier;
        credentials.Follow(ofRequest);
        (_entry, entry.Connection, entry.Watcher) = (entry, session.Connection, this);
        // Nobody was told of an end before: whoever tells of it looks for the watcher behind the end.
        Interlocked.MemoryBarrier();
        if (entry.Carrier.Closed.IsCompleted) Ended(entry);
    }

    /// <summary>A connection has ended that carried the session: nothing of it is kept, unless the session goes on over another.</summary>
    public void Ended(OpenConnection connection)
    {
        if (Interlocked.CompareExchange(ref _entry, null, connection) != connection) return;
        _userId = connection.UserId;
        credentials.Ended(connection);
    }
}
