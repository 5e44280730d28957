using System.Text.Json;
using Cierre.Closing;
using Cierre.Connections;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Runs the endpoint's handler: one that returns closes with 1000, one that a message's JSON stops with 1007, one that throws otherwise with 1011; its
/// exception stays here.</summary>
internal static class HandlerRun
{
    /// <returns>Completes when the handler has ended; never fails.</returns>
    public static Task Start(WebSocketConnection connection, HttpContext context, Func<WebSocketConnection, HttpContext, CancellationToken, Task> handler)
    {
        Task run;
        try
        {
            // The request's own token knows of HTTP only.
            context.RequestAborted = connection.Closing;
            run = handler(connection, context, context.RequestAborted);
        }
        catch (Exception e)
        {
            run = Task.FromException(e);
        }

        // The request is not kept by what follows: it may end before.
        return FollowAsync(ConnectionControl.Of(connection), run);
    }

    private static async Task FollowAsync(ConnectionControl control, Task run)
    {
        try
        {
            control.RunBy(run);
            await run.ConfigureAwait(false);
            control.Close(new CloseFrame(CloseCodes.NormalClosure), EndReason.HandlerReturned);
        }
        catch (JsonException e) when (control.SentUnreadable(e))
        {
            // The peer's doing. Where it went wrong is in our record, and not on the wire.
            Violation fault = Violations.JsonNotValid();
            control.Close(fault.Frame, fault.Why with { Exception = e });
        }
        catch (Exception e)
        {
            var reason = EndReason.HandlerFailed(e);
            control.Close(new CloseFrame(CloseCodes.InternalError, reason.Text), reason);
        }
    }
}
