namespace Cierre.Tool.Lab.Runs;

/// <summary>What is noted of a connection for its diagram.</summary>
internal static class LabTrace
{
    public static readonly WebSocketTraceOptions Options = new() { PayloadBytes = 24, Capacity = 4096 };

    /// <summary>All of a connection's trace, once the connection has ended.</summary>
    public static async Task<IReadOnlyList<WebSocketTraceEvent>> OfAsync(WebSocketConnection? connection)
    {
        List<WebSocketTraceEvent> seen = [];
        if (connection?.Trace is not { } trace) return seen;
        await foreach (WebSocketTraceEvent next in trace) seen.Add(next);
        return seen;
    }
}
