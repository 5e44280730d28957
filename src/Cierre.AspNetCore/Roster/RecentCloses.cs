namespace Cierre.AspNetCore.Roster;

/// <summary>The last connections that ended: a ring of fixed size.</summary>
internal sealed class RecentCloses
{
    public const int Most = 100;

    private readonly Lock _gate = new();
    private readonly ClosedConnection[] _ring = new ClosedConnection[Most];
    private long _count;

    public void Add(ClosedConnection closed)
    {
        lock (_gate) _ring[_count++ % Most] = closed;
    }

    /// <summary>The newest first.</summary>
    public ClosedConnection[] Snapshot() => Snapshot(out _);

    /// <param name="ever">How many ended so far, those that are not kept any more included.</param>
    public ClosedConnection[] Snapshot(out long ever)
    {
        lock (_gate)
        {
            ever = _count;
            var closed = new ClosedConnection[Math.Min(_count, Most)];
            for (int i = 0; i < closed.Length; i++) closed[i] = _ring[(_count - 1 - i) % Most];
            return closed;
        }
    }
}
