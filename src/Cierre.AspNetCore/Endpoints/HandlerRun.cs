using System.Text.Json;
using Cierre.Closing;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Runs the endpoint's handler: one that returns closes with 1000, one that a message's JSON stops with 1007, one that throws otherwise with 1011; its
/// exception stays here.</summary>
internal static class HandlerRun
{
    public static async Task RunAsync(WebSocketConnection connection, HttpContext context, Func<WebSocketConnection, HttpContext, CancellationToken, Task> handler)
    {
        try
        {
            // The request's own token knows of HTTP only.
            context.RequestAborted = connection.Closing;
            connection.Handler = handler(connection, context, context.RequestAborted);
            await connection.Handler.ConfigureAwait(false);
            connection.Driver.BeginClose(new CloseFrame(CloseCodes.NormalClosure), CloseWhy.HandlerReturned);
        }
        catch (JsonException e) when (connection.Driver.Receiving.SentUnreadable(e))
        {
            // The peer's doing. Where it went wrong is in our record, and not on the wire.
            Violation fault = Violations.JsonNotValid();
            connection.Driver.BeginClose(fault.Frame, fault.Why with { Exception = e });
        }
        catch (Exception e)
        {
            var detail = new CloseDetail("HandlerFailed");
            connection.Driver.BeginClose(new CloseFrame(CloseCodes.InternalError, detail.English), new CloseWhy(CloseCause.HandlerFailed, detail, e));
        }
    }
}
