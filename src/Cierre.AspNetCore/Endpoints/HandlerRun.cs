using Cierre.Closing;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Runs the endpoint's handler: one that returns closes with 1000, one that throws with 1011; its exception stays here.</summary>
internal static class HandlerRun
{
    public static async Task RunAsync(WebSocketConnection connection, HttpContext context, Func<WebSocketConnection, HttpContext, CancellationToken, Task> handler)
    {
        try
        {
            // The request's own token knows of HTTP only.
            context.RequestAborted = connection.Driver.Closing;
            await handler(connection, context, context.RequestAborted).ConfigureAwait(false);
            connection.Driver.BeginClose(new CloseFrame(CloseCode.NormalClosure), CloseWhy.HandlerReturned);
        }
        catch (Exception e)
        {
            var detail = new CloseDetail("HandlerFailed");
            connection.Driver.BeginClose(new CloseFrame(CloseCode.InternalError, detail.English), new CloseWhy(CloseCause.HandlerFailed, detail, e));
        }
    }
}
