using Cierre.AspNetCore.Resuming;
using Cierre.AspNetCore.Roster;
using Cierre.Connections;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>An open connection with its handler, to the end of both.</summary>
/// <param name="left">Completes when the connection has left the roster.</param>
/// <param name="held">Disposed at the end.</param>
/// <param name="session">What the handler of a session has of the request; null: the connection carries none.</param>
/// <param name="failed">Told of what throws when nobody waits for the conversation any more.</param>
internal sealed class Conversation(OpenConnection entry, Task left, LateHandlers late, IAsyncDisposable? held, Action<Exception> failed,
    SessionRequest? session = null)
{
    private bool _failed;

    /// <param name="prepare">Runs first, while all of the request is there; what it throws is as if the handler threw it. Null: nothing.</param>
    /// <param name="detached">The request that it outlives; null: the request ends with it.</param>
    /// <returns>What completes when the request may end. A handler's exception is not told: it has become the close.</returns>
    public Task Begin(
        HttpContext context, Action? prepare, Func<WebSocketConnection, HttpContext, CancellationToken, Task> run, DetachedRequest? detached)
    {
        try
        {
            prepare?.Invoke();
        }
        catch (Exception e)
        {
            run = (_, _, _) => Task.FromException(e);
            _failed = true;
        }

        if (detached is null) return FollowAsync(Start(context, run));
        // TLS and HTTP/2 are the server's, which lets go of them with the request.
        TaskCompletionSource? ended = ConnectionControl.Of(Connection).IsIndependent ? null : new(TaskCreationOptions.RunContinuationsAsynchronously);
        IAsyncDisposable? services = detached.Detach(session?.Session ?? Connection);
        if (session is not null)
        {
            // A handler that goes on over another connection takes them along.
            session.Parts.Add(services);
            services = session.Parts;
        }

        // On a thread that has nothing of the request, its AsyncLocals included, so that nothing keeps them.
        ThreadPool.UnsafeQueueUserWorkItem(
            static of => _ = of.Conversation.FollowDetachedAsync(of.Conversation.Start(of.Context, of.Run), of.Services, of.Ended),
            (Conversation: this, Context: context, Run: run, Services: services, Ended: ended),
            preferLocal: false);
        return ended?.Task ?? Task.CompletedTask;
    }

    private WebSocketConnection Connection => entry.Carrier;

    /// <summary>Where the connection carries a session, the handler is the session's, and its end is none of this connection.</summary>
    private Task Start(HttpContext context, Func<WebSocketConnection, HttpContext, CancellationToken, Task> run) =>
        session is null || _failed ? HandlerRun.Start(Connection, context, run) : run(Connection, context, CancellationToken.None);

    private async Task FollowAsync(Task handler)
    {
        try
        {
            await left.ConfigureAwait(false);
        }
        finally
        {
            // The handler has had its token cancelled, and may be on its way.
            if (!handler.IsCompleted)
            {
                late.Add(entry);
                await handler.ConfigureAwait(false);
                late.Remove(entry);
            }

            if (held is not null) await held.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <param name="services">Those of the request.</param>
    /// <param name="ended">The request that carries the connection ends with it, whatever is thrown here.</param>
    private async Task FollowDetachedAsync(Task handler, IAsyncDisposable? services, TaskCompletionSource? ended)
    {
        try
        {
            await FollowAsync(handler).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failed(e);
        }

        try
        {
            if (services is not null) await services.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failed(e);
        }

        ended?.SetResult();
    }
}
