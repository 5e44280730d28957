namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>The trace that <see cref="WebSocketConnectionOptions.Trace"/> asked for, from the opening on; null where it did not.</summary>
    public WebSocketTrace? Trace { get; private set; }

    /// <summary>Begins to trace the frames, both ways, and what happens to the stream under the connection, from now on. Any number of traces may run beside
    /// each other.</summary>
    /// <param name="options">What to take note of; null for the defaults, which show no payload.</param>
    /// <returns>The trace: to be read, and disposed of when it is not wanted any more. On a connection that has ended it is over at once.</returns>
    public WebSocketTrace StartTrace(WebSocketTraceOptions? options = null) => Driver.Traces.StartTrace(options ?? WebSocketTraceOptions.Default);

    /// <summary>Keeps the headers of the last frames, both ways, from now on, for <see cref="GetRecentFrames"/>; without payloads.</summary>
    /// <remarks>Instead of what <see cref="WebSocketConnectionOptions.MaxRecentFrames"/> or an earlier call said; frames that are kept already stay, as far as
    /// there is room. On a connection that has ended it does nothing.</remarks>
    /// <param name="count">Of how many frames, 1 to 1,024; each takes 24 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1, or more than 1,024.</exception>
    public void KeepRecentFrames(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, WebSocketConnectionOptions.MostRecentFrames);
        Driver.Traces.KeepRecentFrames(count);
    }

    /// <summary>The headers of the last frames, both ways, the oldest first; without payloads.</summary>
    /// <returns>At most as many as <see cref="WebSocketConnectionOptions.MaxRecentFrames"/> or <see cref="KeepRecentFrames"/> says; none where neither said
    /// anything.</returns>
    public IReadOnlyList<WebSocketTraceFrame> GetRecentFrames() => Driver.Traces.RecentFrames();
}
