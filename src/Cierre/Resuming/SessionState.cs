using Cierre.Closing;

namespace Cierre.Resuming;

/// <summary>Where a session is.</summary>
internal abstract record SessionState
{
    /// <summary>A client has no session yet.</summary>
    public sealed record New : SessionState
    {
        public static New Instance { get; } = new();
    }

    /// <summary>A client has asked for one.</summary>
    public sealed record Greeting : SessionState
    {
        public static Greeting Instance { get; } = new();
    }

    /// <summary>A connection carries it.</summary>
    public sealed record Attached : SessionState
    {
        public static Attached Instance { get; } = new();
    }

    /// <summary>This side ends it, and the peer may not know yet.</summary>
    public sealed record Leaving(CloseFrame Close) : SessionState;

    /// <summary>No connection carries it.</summary>
    /// <param name="Until">When it is over.</param>
    /// <param name="Close">How the application ended it meanwhile; null: it goes on.</param>
    public sealed record Away(TimeSpan Until, CloseFrame? Close = null) : SessionState;

    /// <summary>A client has a new connection and has asked to go on.</summary>
    /// <param name="Until">When it is over, where that connection is lost too.</param>
    public sealed record Returning(TimeSpan Until) : SessionState;

    /// <summary>It is over.</summary>
    /// <param name="Close">What it ended with; null: what its last connection ended with.</param>
    /// <param name="Loss">Why it is lost, one of <see cref="LossReason"/>; null: it was ended.</param>
    public sealed record Ended(CloseFrame? Close, string? Loss) : SessionState;
}

/// <summary>What moves a session.</summary>
internal abstract record SessionInput
{
    /// <summary>A client has a new connection.</summary>
    public sealed record Connected : SessionInput
    {
        public static Connected Instance { get; } = new();
    }

    /// <summary>The server has given the client a session.</summary>
    public sealed record Began : SessionInput
    {
        public static Began Instance { get; } = new();
    }

    /// <summary>A client asks a server to go on, over a new connection.</summary>
    /// <param name="Continues">Both sides count alike.</param>
    /// <param name="Misses">They do, and the client has not got all that was sent.</param>
    public sealed record Asked(bool Continues, bool Misses = false) : SessionInput;

    /// <summary>The server goes on.</summary>
    public sealed record Resumed : SessionInput
    {
        public static Resumed Instance { get; } = new();
    }

    /// <summary>The server says that the session is lost.</summary>
    public sealed record Lost(string Reason) : SessionInput;

    /// <summary>The server says how its application ended the session.</summary>
    public sealed record Over(CloseFrame Frame) : SessionInput;

    /// <summary>The application of this side ends it.</summary>
    public sealed record Close(CloseFrame Frame) : SessionInput;

    /// <summary>The session is given up: nothing is said to the peer.</summary>
    public sealed record Abandon : SessionInput
    {
        public static Abandon Instance { get; } = new();
    }

    /// <summary>The connection that carried it has ended, or could not be opened.</summary>
    /// <param name="MayResume">The session may go on over another.</param>
    /// <param name="IsClean">Both close frames were exchanged.</param>
    public sealed record Gone(bool MayResume, bool IsClean) : SessionInput;

    /// <summary>It was away too long.</summary>
    public sealed record Due : SessionInput
    {
        public static Due Instance { get; } = new();
    }
}

/// <summary>What a move of <see cref="SessionLifecycle"/> asks for, in the order in which it is done.</summary>
[Flags]
internal enum SessionEffects
{
    None = 0,

    /// <summary>An older connection that carries it is closed with 1008: the newest holder wins.</summary>
    CloseOlder = 1,

    /// <summary>Ask for a session.</summary>
    WriteHello = 2,

    /// <summary>Ask to go on.</summary>
    WriteResume = 4,

    /// <summary>Say that it goes on.</summary>
    WriteResumed = 8,

    /// <summary>Repeat what the peer has not got.</summary>
    Repeat = 16,

    /// <summary>Say that it is lost, and close the connection.</summary>
    WriteLost = 32,

    /// <summary>Say how the application ended it, and close the connection in the same way.</summary>
    WriteEnded = 64,

    /// <summary>Close the connection that carries it as this side has decided.</summary>
    CloseConnection = 128,

    /// <summary>The session begins: the handler too.</summary>
    Begin = 256,

    /// <summary>The session is over: nothing more is sent or kept.</summary>
    Complete = 512,
}
