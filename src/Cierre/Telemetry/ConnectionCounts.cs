namespace Cierre.Telemetry;

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
