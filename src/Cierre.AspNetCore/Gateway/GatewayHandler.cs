using Cierre.AspNetCore.Endpoints;
using Cierre.AspNetCore.Logging;
using Cierre.Callbacks;
using Cierre.Closing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Gateway;

/// <summary>Opens the upstream before its client is answered, so that the client gets the subprotocol that the upstream chose; then joins the two.</summary>
internal sealed class GatewayHandler(WebSocketGatewayOptions options, Func<HttpContext, ValueTask<Uri>> selectUpstream)
{
    public async ValueTask<EndpointOpening> OpenAsync(HttpContext context, IReadOnlyList<string> subprotocols)
    {
        if (UpstreamRequest.FaultOf(context.Request, options) is { } fault) return new EndpointOpening.Refuse(StatusCodes.Status400BadRequest,
            $"Bad request: {fault}");
        WebSocketConnection upstream;
        try
        {
            Uri url = await selectUpstream(context).ConfigureAwait(false);
            upstream = await WebSocketConnection.ConnectAsync(url, UpstreamRequest.Of(context, subprotocols, options), context.RequestAborted)
                .ConfigureAwait(false);
        }
        catch (WebSocketConnectException e)
        {
            return Failed(context, e.Record);
        }

        return new EndpointOpening.AcceptWith(upstream.Subprotocol, (client, _, _) => JoinAsync(context, client, upstream), upstream);
    }

    private EndpointOpening Failed(HttpContext context, CloseRecord upstream)
    {
        (CloseFrame frame, EndReason why) = CloseMapping.Failed(upstream);
        if (options.UpstreamFailureResponse == RefusalMode.Status)
        {
            // RFC 9110 15.6.5: nothing came in time; 15.6.3: what came is of no use.
            return upstream.Cause == CloseCause.ConnectTimeout
                ? new EndpointOpening.Refuse(StatusCodes.Status504GatewayTimeout, $"Gateway timeout: {frame.Reason}.")
                : new EndpointOpening.Refuse(StatusCodes.Status502BadGateway, $"Bad gateway: {frame.Reason}.");
        }

        return new EndpointOpening.AcceptThenClose(frame, why, async client => Ended(context, await client.Closed.ConfigureAwait(false), upstream));
    }

    private async Task JoinAsync(HttpContext context, WebSocketConnection client, WebSocketConnection upstream)
    {
        var conversation = new GatewayConversation(client, upstream, options.Endpoint);
        (CloseRecord ofClient, CloseRecord ofUpstream) = await conversation.RunAsync().ConfigureAwait(false);
        Ended(context, ofClient, ofUpstream);
    }

    private void Ended(HttpContext context, CloseRecord ofClient, CloseRecord ofUpstream)
    {
        if (options.OnEnded is not { } told) return;
        Guarded.Call(
            (told, end: new WebSocketGatewayEnd(ofClient, ofUpstream)),
            static of => of.told(of.end),
            e => CloseLog.CallbackFailed(CloseLog.Of(context.RequestServices.GetRequiredService<ILoggerFactory>()), nameof(WebSocketGatewayOptions.OnEnded),
                e));
    }
}
