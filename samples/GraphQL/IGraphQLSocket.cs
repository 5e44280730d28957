namespace Cierre.Samples.GraphQL;

/// <summary>Messages of the protocol over a WebSocket.</summary>
public interface IGraphQLSocket
{
    /// <summary>The next message; null: the client has closed, or is gone.</summary>
    Task<string?> ReceiveAsync();

    Task SendAsync(string message);

    /// <summary>Ends the session with a code of the protocol.</summary>
    Task CloseAsync(int code, string reason);

    /// <summary>Answers the client's close.</summary>
    Task AnswerCloseAsync();
}
