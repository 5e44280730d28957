using Cierre.Connections;

namespace Cierre.AspNetCore;

/// <summary>Sets how the sessions of an endpoint are kept whose connections may be lost: <c>WithResume</c>.</summary>
public sealed class WebSocketResumeOptions
{
    // As long as a token is good.
    private static readonly TimeSpan LongestWindow = TimeSpan.FromHours(24);

    /// <summary>How long a session is kept while no connection carries it; default 2 min.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or more than 24 hours.</exception>
    public TimeSpan Window
    {
        get;
        set => field = value > TimeSpan.Zero && value <= LongestWindow
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Window), value, "More than zero, and at most 24 hours.");
    } = TimeSpan.FromMinutes(2);

    /// <summary>How many messages either side may have sent that the other has not taken; default 1,024. A send beyond waits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int MaxUnacknowledgedMessages
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxUnacknowledgedMessages));
            field = value;
        }
    } = 1024;

    /// <summary>How many bytes of messages either side may have sent that the other has not taken; default 256 KiB. A send beyond waits; a message that is
    /// larger goes alone.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int MaxUnacknowledgedBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxUnacknowledgedBytes));
            field = value;
        }
    } = 256 * 1024;

    /// <summary>How long a client may take for its first message, which says whether it begins a session or goes on with one; then it is closed with 3008.
    /// Default 10 s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or more than 24 days.</exception>
    public TimeSpan GreetingTimeout
    {
        get;
        set => field = OptionChecks.Check(value, nameof(GreetingTimeout));
    } = TimeSpan.FromSeconds(10);

    /// <summary>Called with the connection of each session of the endpoint, and what has happened to the session: it has begun, waits for its client, goes on,
    /// is over. Default null.</summary>
    /// <remarks>The calls for one session come one after the other, in their order. It runs where the change was noticed and should not block. What it throws
    /// is logged, and the session goes on.</remarks>
    public Action<WebSocketConnection, SessionChange>? OnSessionChanged { get; set; }
}
