namespace Cierre;

/// <summary>Tells what follows the end of a connection, or of an opening that failed.</summary>
public sealed class ReconnectPlan
{
    internal ReconnectPlan(CloseRecord last, int attempt, TimeSpan? delay, Uri url, bool renewsCredentials)
    {
        (Last, Attempt, Delay, Url, RenewsCredentials) = (last, attempt, delay, url, renewsCredentials);
    }

    /// <summary>How the connection ended, or why it never opened.</summary>
    public CloseRecord Last { get; }

    /// <summary>The number of the next attempt, or of the one that is not made: 1 for the first since a connection that lasted
    /// (<see cref="WebSocketReconnectOptions.StableAfter"/>).</summary>
    public int Attempt { get; }

    /// <summary>How long the next attempt waits, counted from the end; null: there is none, and the sequence ends.</summary>
    public TimeSpan? Delay { get; }

    /// <summary>Where the next attempt connects to, without a user name and password.</summary>
    public Uri Url { get; }

    /// <summary>Whether <see cref="WebSocketReconnectOptions.CredentialsRenewal"/> is called before the next attempt.</summary>
    public bool RenewsCredentials { get; }

    /// <summary>The attempt of this plan is not made after all.</summary>
    internal ReconnectPlan Ended() => new(Last, Attempt, null, Url, renewsCredentials: false);
}
