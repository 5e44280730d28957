namespace Cierre;

/// <summary>Tells what follows the end of a connection, or of an opening that failed.</summary>
public sealed record ReconnectPlan
{
    internal ReconnectPlan() { }

    /// <summary>How the connection ended, or why it never opened.</summary>
    public required CloseRecord Last { get; init; }

    /// <summary>The number of the next attempt, or of the one that is not made: 1 for the first since a connection that lasted
    /// (<see cref="WebSocketReconnectOptions.StableAfter"/>).</summary>
    public required int Attempt { get; init; }

    /// <summary>How long the next attempt waits, counted from the end; null: there is none, and the sequence ends.</summary>
    public required TimeSpan? Delay { get; init; }

    /// <summary>Where the next attempt connects to, without a user name and password.</summary>
    public required Uri Url { get; init; }

    /// <summary>Whether <see cref="WebSocketReconnectOptions.CredentialsRenewal"/> is called before the next attempt.</summary>
    public bool RenewsCredentials { get; init; }
}
