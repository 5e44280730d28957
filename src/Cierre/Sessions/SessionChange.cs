namespace Cierre;

/// <summary>Tells what has happened to a session that survives its connections.</summary>
public sealed class SessionChange
{
    internal SessionChange(SessionChangeKind kind) => Kind = kind;

    /// <summary>What has happened.</summary>
    public SessionChangeKind Kind { get; }

    /// <summary>How the connection went that carried the session last: where it is parked, and where it is resumed, then with the pause and what was repeated.
    /// Null otherwise.</summary>
    public SessionConnection? LastConnection { get; internal init; }

    /// <summary>How the session ended, with its story; null where it goes on.</summary>
    public CloseRecord? Record { get; internal init; }
}

/// <summary>Names what can happen to a session that survives its connections.</summary>
public enum SessionChangeKind
{
    /// <summary>It has begun.</summary>
    Opened,

    /// <summary>No connection carries it, and the next one is waited for.</summary>
    Parked,

    /// <summary>It goes on over another connection: after a pause, or in the place of one that was still open.</summary>
    Resumed,

    /// <summary>It is over, and messages may be missing: <see cref="SessionStory.Lost"/>.</summary>
    Lost,

    /// <summary>It is over, because either side ended it.</summary>
    Ended,
}
