using Cierre.Connections;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore;

/// <summary>Sets how a gateway accepts its clients and connects to their upstreams.</summary>
public sealed class WebSocketGatewayOptions
{
    internal WebSocketGatewayOptions(WebSocketEndpointOptions endpoint) => Endpoint = endpoint;

    /// <summary>What holds for the clients' side: origins, limits, times. Its subprotocols are not used: the upstream chooses.</summary>
    /// <remarks>Once one side has ended, the other has what it sent, and then its close, for as long as it takes any of it; a side that takes nothing for the
    /// close timeout that is set here is closed without the rest.</remarks>
    public WebSocketEndpointOptions Endpoint { get; }

    /// <summary>The headers of a client's request that are passed to the upstream, by name; default none. <c>Cookie</c> and <c>Authorization</c> are the
    /// client's credentials: pass them only to an upstream that is meant to have them.</summary>
    /// <remarks><c>X-Forwarded-For</c>, <c>X-Forwarded-Proto</c> and <c>X-Forwarded-Host</c> are always set, from the request itself, in place of what the
    /// client sent under these names, and <c>Via</c> goes on with this hop (RFC 9110 7.6.3); the trace context is that of the request. A request with a header
    /// that cannot be passed on is answered 400. What belongs to one hop never passes, though it is listed here: <c>Connection</c> and what it names,
    /// <c>TE</c>, <c>Keep-Alive</c>, <c>Proxy-*</c>, <c>Transfer-Encoding</c>, <c>Trailer</c>, <c>Upgrade</c> (RFC 9110 7.6.1).</remarks>
    public IList<string> HeadersToForward { get; } = [];

    /// <summary>How a request is answered whose upstream cannot be opened: by accepting it and closing with 1014, which a browser's page can read, or with HTTP
    /// 502, or 504 where the upstream did not answer in time; default <see cref="RefusalMode.Close"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither of the two.</exception>
    public RefusalMode UpstreamFailureResponse
    {
        get;
        set => field = OptionChecks.Defined(value, nameof(UpstreamFailureResponse));
    } = RefusalMode.Close;

    /// <summary>Changes how one connection to the upstream is opened: TLS, proxy, headers, limits, times. Its subprotocols are the client's. Default
    /// null.</summary>
    public Action<HttpContext, WebSocketClientOptions>? ConfigureUpstream { get; set; }

    /// <summary>Called when both sides of a conversation have ended, with the record of each; also where the upstream never opened. Default null.</summary>
    /// <remarks>It runs where the end was noticed and should not block. What it throws is logged.</remarks>
    public Action<WebSocketGatewayEnd>? OnEnded { get; set; }
}
