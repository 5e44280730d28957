namespace Cierre;

/// <summary>Takes the messages of a connection as calls, in the place of a loop that receives them: the shortest way from the network to the
/// application.</summary>
/// <remarks>The calls for one connection come one at a time. A handler may serve many connections, which then call it at the same time.</remarks>
public interface IWebSocketHandler
{
    /// <summary>Called with each message, on the thread that brought it: it must not block, and cannot await. What is sent before it returns leaves with what
    /// else the same bytes bring.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="kind">Text or binary. Text is UTF-8 that has been checked (RFC 6455 8.1).</param>
    /// <param name="data">The message, valid until the call returns.</param>
    void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data);

    /// <summary>Called with each message of a topic, of a client's session (docs/topics.md), as <see cref="OnMessage"/> is with every other. By default
    /// <see cref="OnMessage"/> is called.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="topic">The name of the topic.</param>
    /// <param name="kind">Text or binary. Text is UTF-8 that has been checked (RFC 6455 8.1).</param>
    /// <param name="data">The message, valid until the call returns.</param>
    void OnTopicMessage(WebSocketConnection connection, string topic, WebSocketMessageKind kind, ReadOnlySpan<byte> data) =>
        OnMessage(connection, kind, data);

    /// <summary>Called once, when no further message comes: either side has begun to close, the connection is lost, or a call has thrown.</summary>
    /// <param name="connection">The connection.</param>
    void OnClosing(WebSocketConnection connection)
    {
    }

    /// <summary>Called once, last: how the connection ended.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="record">How it ended.</param>
    void OnClosed(WebSocketConnection connection, CloseRecord record)
    {
    }
}
