using System.Collections.Concurrent;

namespace Cierre.Telemetry;

/// <summary>The connections that share their attributes: one role, and one route or one server. It keeps the sum of those that ended and asks those that are
/// open.</summary>
/// <remarks>So a message costs nothing: the connection counts it anyway, and the counts are read when somebody collects. Entering and leaving
/// wait while they are.</remarks>
internal sealed class ConnectionGroup
{
    /// <summary>How many servers of clients are told apart. A crawler, or a gateway whose peers choose its upstream, knows no end of them.</summary>
    public const int MaxServers = 1000;

    private static readonly ConcurrentDictionary<string, ConnectionGroup> Routes = new();
    private static readonly ConcurrentDictionary<(string Address, int Port), ConnectionGroup> Servers = new();

    // Made when it is needed: a process that opens no connections has no series of a client.
    private static readonly Lazy<ConnectionGroup> OtherServers = new(() => new ConnectionGroup(
        isClient: true, new(TelemetryAttributes.Role, "client"), new(TelemetryAttributes.ServerAddress, TelemetryAttributes.Other)));

    private readonly Lock _gate = new();
    private readonly LinkedList<IMeasured> _open = [];
    private ConnectionCounts _ended;

    private ConnectionGroup(bool isClient, params KeyValuePair<string, object?>[] attributes) => (IsClient, Attributes) = (isClient, attributes);

    public bool IsClient { get; }

    public KeyValuePair<string, object?>[] Attributes { get; }

    public static IEnumerable<ConnectionGroup> All => Routes.Values.Concat(Servers.Values).Concat(OtherServers.IsValueCreated ? [OtherServers.Value] : []);

    public static ConnectionGroup OfServer(string route) => Routes.GetOrAdd(
        route, static route => new ConnectionGroup(isClient: false, new(TelemetryAttributes.Role, "server"), new(TelemetryAttributes.Route, route)));

    public static ConnectionGroup OfClient(Uri url) => OfClient(url.IdnHost.ToLowerInvariant(), url.Port, MaxServers);

    internal static ConnectionGroup OfClient(string address, int port, int most)
    {
        if (Servers.TryGetValue((address, port), out ConnectionGroup? known)) return known;
        if (Servers.Count >= most) return OtherServers.Value;
        return Servers.GetOrAdd((address, port), static server => new ConnectionGroup(
            isClient: true,
            new(TelemetryAttributes.Role, "client"),
            new(TelemetryAttributes.ServerAddress, server.Address),
            new(TelemetryAttributes.ServerPort, server.Port)));
    }

    public LinkedListNode<IMeasured> Add(IMeasured connection)
    {
        lock (_gate) return _open.AddLast(connection);
    }

    /// <param name="last">What the connection counted to its end.</param>
    public void Remove(LinkedListNode<IMeasured> connection, in ConnectionCounts last)
    {
        lock (_gate)
        {
            _open.Remove(connection);
            _ended += last with { SendQueue = 0, ReceiveQueue = 0 };
        }
    }

    /// <summary>How many are open, and the counts of all that ever were: no connection is missed or counted twice, whenever somebody begins to
    /// listen.</summary>
    public (int Open, ConnectionCounts Total) Read()
    {
        lock (_gate)
        {
            ConnectionCounts total = _ended;
            foreach (IMeasured connection in _open) total += connection.Counts;
            return (_open.Count, total);
        }
    }

    public int Open
    {
        get
        {
            lock (_gate) return _open.Count;
        }
    }
}

/// <summary>What a connection has counted so far, and what waits in it, in bytes of messages.</summary>
internal readonly record struct ConnectionCounts(
    long MessagesReceived, long MessagesSent, long BytesReceived, long BytesSent, long SendQueue = 0, long ReceiveQueue = 0)
{
    public static ConnectionCounts operator +(in ConnectionCounts a, in ConnectionCounts b) => new(
        a.MessagesReceived + b.MessagesReceived,
        a.MessagesSent + b.MessagesSent,
        a.BytesReceived + b.BytesReceived,
        a.BytesSent + b.BytesSent,
        a.SendQueue + b.SendQueue,
        a.ReceiveQueue + b.ReceiveQueue);
}

/// <summary>Whoever counts for one connection.</summary>
internal interface IMeasured
{
    ConnectionCounts Counts { get; }
}
