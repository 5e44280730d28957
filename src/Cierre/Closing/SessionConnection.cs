namespace Cierre;

/// <summary>Tells of one connection that carried a session.</summary>
public sealed record SessionConnection
{
    internal SessionConnection() { }

    /// <summary>The server's name among those that share sessions; empty where the server did not say.</summary>
    public string Node { get; internal init; } = "";

    /// <summary>How long the connection carried the session.</summary>
    public TimeSpan Duration { get; internal init; }

    /// <summary>The code with which the connection ended for this side. RFC 6455 7.1.5.</summary>
    public ushort Code { get; internal init; }

    /// <summary>Why the connection ended.</summary>
    public CloseCause Cause { get; internal init; }

    /// <summary>The same in one English sentence.</summary>
    public string Detail { get; internal init; } = "";

    /// <summary>How long the session was without a connection behind this one; null where no other followed.</summary>
    public TimeSpan? Pause { get; internal init; }

    /// <summary>How many messages this side repeated over the next connection.</summary>
    public long RepeatedByThisSide { get; internal init; }

    /// <summary>How many messages the peer repeated over the next connection; null where the peer did not say.</summary>
    public long? RepeatedByPeer { get; internal init; }
}
