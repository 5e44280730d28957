namespace Cierre.Tool.Bench;

/// <summary>
/// When each message of an open loop is due: message n of all at the start plus n/rate, on connection n modulo their number. The times stand before anything is
/// sent, so a latency that is measured from them cannot be flattered by a server that makes the sender late (coordinated omission).
/// </summary>
/// <param name="start">The timestamp of message 0.</param>
/// <param name="frequency">Timestamps a second, as of <see cref="TimeProvider.TimestampFrequency"/>.</param>
internal sealed class Schedule(double perSecond, int connections, long start, long frequency)
{
    private readonly double _gap = frequency / perSecond;

    public long DueAt(long message) => start + (long)(message * _gap);

    /// <summary>The message of all which is a connection's n-th.</summary>
    public long Of(int connection, long n) => (n * connections) + connection;

    /// <summary>How many of a connection's messages are due before a moment.</summary>
    public long DueBefore(long moment, int connection) =>
        Math.Max((long)Math.Ceiling(((Math.Max(moment - start, 0) / _gap) - connection) / connections), 0);
}
