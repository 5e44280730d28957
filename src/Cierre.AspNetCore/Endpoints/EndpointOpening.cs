using Cierre.Closing;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>What an endpoint answers a request that is in order, where that depends on more than the request: a gateway's upstream.</summary>
internal abstract record EndpointOpening
{
    /// <summary>Asked with the subprotocols that the client offers.</summary>
    public static Func<HttpContext, IReadOnlyList<string>, ValueTask<EndpointOpening>> Always(
        Func<WebSocketConnection, HttpContext, CancellationToken, Task> run)
    {
        EndpointOpening accept = new Accept(run);
        return (_, _) => ValueTask.FromResult(accept);
    }

    internal sealed record Accept(Func<WebSocketConnection, HttpContext, CancellationToken, Task> Run) : EndpointOpening;

    /// <param name="Subprotocol">In place of the endpoint's own choice.</param>
    /// <param name="Held">Disposed when the conversation is over, and also where it never begins.</param>
    internal sealed record AcceptWith(string? Subprotocol, Func<WebSocketConnection, HttpContext, CancellationToken, Task> Run, IAsyncDisposable Held)
        : EndpointOpening;

    /// <param name="Then">Runs once the close is begun.</param>
    internal sealed record AcceptThenClose(CloseFrame Frame, EndReason Why, Func<WebSocketConnection, Task>? Then = null) : EndpointOpening;

    /// <param name="BindAsync">Makes of the request what the handler is given, of which the connection, not open yet, is a part. Null: that is
    /// answered.</param>
    internal sealed record AcceptBound(Func<HttpContext, WebSocketConnection, Task<BoundHandlerRun?>> BindAsync) : EndpointOpening;

    internal sealed record Refuse(int Status, string Text) : EndpointOpening;
}
