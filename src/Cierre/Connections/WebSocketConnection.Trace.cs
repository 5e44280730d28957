namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>The trace that <see cref="WebSocketConnectionOptions.Trace"/> asked for, from the opening on; null where it did not.</summary>
    public WebSocketTrace? Trace { get; private set; }

    /// <summary>Begins to trace the frames, both ways, and what happens to the stream under the connection, from now on. Any number of traces may run beside
    /// each other.</summary>
    /// <param name="options">What to take note of; null for the defaults, which show no payload.</param>
    /// <returns>The trace: to be read, and disposed of when it is not wanted any more. On a connection that has ended it is over at once.</returns>
    public WebSocketTrace StartTrace(WebSocketTraceOptions? options = null) => _driver.Traces.StartTrace(options ?? WebSocketTraceOptions.Default);

    /// <summary>The headers of the last frames, both ways, the oldest first; without payloads.</summary>
    /// <remarks>Where <see cref="WebSocketConnectionOptions.RecentFrames"/> keeps none, the first call begins to keep the last 16, and returns nothing
    /// yet.</remarks>
    /// <returns>At most as many as are kept.</returns>
    public IReadOnlyList<WebSocketTraceFrame> GetRecentFrames() => _driver.Traces.RecentFrames();
}
