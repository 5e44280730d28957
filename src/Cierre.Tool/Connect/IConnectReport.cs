namespace Cierre.Tool.Connect;

/// <summary>What <c>cierre connect</c> prints, in the order in which it happens.</summary>
internal interface IConnectReport
{
    void Opened(WebSocketConnection connection);

    void Sending(string text);

    void Sending(BinaryFile file);

    void Received(WebSocketMessage message);

    /// <summary>Something passed, where the connection is traced. It may come a little after what it led to.</summary>
    void Seen(WebSocketTraceEvent seen);

    /// <summary>No valid close frame was processed; <see cref="Closed"/> follows.</summary>
    void Failed(CloseRecord record);

    /// <summary>The last one of an attempt.</summary>
    void Closed(CloseRecord record);

    /// <summary>Another attempt follows after a delay.</summary>
    void Reconnecting(int attempt, TimeSpan delay);

    /// <summary>A session has no connection, and the next one is tried after a delay.</summary>
    void Away(ReconnectPlan plan);

    /// <summary>A session goes on.</summary>
    /// <param name="before">The connection before, with the pause and what was repeated.</param>
    void Resumed(SessionConnection before);

    /// <summary>Messages of a topic are missing.</summary>
    void Missing(TopicGap gap);

    /// <summary>A line was typed while there was no open connection.</summary>
    void NotSent(string text);
}
