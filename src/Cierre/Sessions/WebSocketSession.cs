using Cierre.Sessions;

namespace Cierre;

/// <summary>The session behind a connection that survives the loss of what carries it: <see cref="WebSocketConnection.Session"/>.</summary>
public sealed class WebSocketSession
{
    /// <summary>The most bytes that <see cref="State"/> may have: 4,096.</summary>
    public const int MaxStateSize = 4096;

    private readonly SessionDriver _driver;
    private byte[] _state = [];

    internal WebSocketSession(SessionDriver driver) => _driver = driver;

    /// <summary>The session's name in the logs of both sides. It opens nothing.</summary>
    public string Id => _driver.Id ?? "";

    /// <summary>Whether the session has gone on over another connection than its first.</summary>
    public bool IsResumed => _driver.Connections > 1;

    /// <summary>Whether no connection carries the session at the moment.</summary>
    public bool IsAway => _driver.IsAway;

    /// <summary>How the session went so far.</summary>
    public SessionStory Story => _driver.Story;

    /// <summary>Bytes of the application's own, kept with the session; default none.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MaxStateSize"/>.</exception>
    public ReadOnlyMemory<byte> State
    {
        get => Volatile.Read(ref _state);
        set
        {
            if (value.Length > MaxStateSize)
                throw new ArgumentException($"The state of a session has at most {MaxStateSize} bytes, and these are {value.Length}.", nameof(State));
            Volatile.Write(ref _state, value.ToArray());
        }
    }
}
