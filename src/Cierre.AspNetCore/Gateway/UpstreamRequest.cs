using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Cierre.AspNetCore.Gateway;

/// <summary>Builds the opening request to the upstream out of the client's.</summary>
internal static class UpstreamRequest
{
    private const string For = "X-Forwarded-For", Proto = "X-Forwarded-Proto", Host = "X-Forwarded-Host", Via = "Via";

    // RFC 9110 7.6.3: a pseudonym, since a gateway's own name is often nobody's business.
    private const string Pseudonym = "cierre";

    private static readonly string[] Own = [For, Proto, Host, Via];

    // RFC 9110 7.6.1, 11.7, 6.6.2 and 7.8, RFC 9112 6.1 and C.2.2, RFC 7540 3.2.1: they speak to the next recipient alone, whether or not Connection names
    // them.
    private static readonly string[] OfOneHop =
    [
        "Connection", "Upgrade", "Transfer-Encoding", "Trailer",
        "TE", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization", "HTTP2-Settings",
    ];

    private static readonly string[] TraceContext = ["traceparent", "tracestate"];

    public static WebSocketClientOptions Of(HttpContext context, IReadOnlyList<string> subprotocols, WebSocketGatewayOptions options)
    {
        HttpRequest request = context.Request;
        var upstream = new WebSocketClientOptions
        {
            CloseCodes = options.Endpoint.CloseCodes,
            TimeProvider = options.Endpoint.TimeProvider,
            EventLoops = context.RequestServices?.GetService<WebSocketEventLoops>(),
        };
        foreach (string name in Passing(request, options)) Copy(request, name, upstream);

        // W3C Trace Context. Where the request is traced here, the HTTP handler names this hop's own span.
        if (Activity.Current is null)
        {
            // One that cannot be sent is no trace context; it is the client's and must not fail the request.
            foreach (string name in TraceContext.Where(name => FaultOf(request, name) is null && !IsOfOneHop(request, name))) Copy(request, name, upstream);
        }

        if (context.Connection.RemoteIpAddress is { } address) upstream.Headers.Add(new(For, address.ToString()));
        upstream.Headers.Add(new(Proto, request.Scheme));
        if (RequestOrigin.HostOf(request) is { Length: > 0 } host) upstream.Headers.Add(new(Host, host));
        upstream.Headers.Add(new(Via, ViaOf(request)));
        options.ConfigureUpstream?.Invoke(context, upstream);
        var copy = new WebSocketClientOptions(upstream);
        copy.Subprotocols.Clear();
        foreach (string subprotocol in subprotocols) copy.Subprotocols.Add(subprotocol);
        return copy;
    }

    /// <summary>What is wrong with the first of the client's headers that is to be passed on and cannot be; null for nothing.</summary>
    public static string? FaultOf(HttpRequest request, WebSocketGatewayOptions options) =>
        Passing(request, options).Append(Via).Select(name => FaultOf(request, name)).FirstOrDefault(fault => fault is not null);

    private static string? FaultOf(HttpRequest request, string name) =>
        request.Headers[name].Select(value => WebSocketClientOptions.GetHeaderError(name, value ?? "", CultureInfo.InvariantCulture))
            .FirstOrDefault(fault => fault is not null);

    /// <summary>The headers that are to pass and may: what the gateway sets itself, what is each side's own handshake, and what belongs to one hop, does
    /// not.</summary>
    private static IEnumerable<string> Passing(HttpRequest request, WebSocketGatewayOptions options) => options.HeadersToForward.Where(name =>
        !Own.Contains(name, StringComparer.OrdinalIgnoreCase)
        && !name.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase)
        && !IsOfOneHop(request, name));

    /// <summary>RFC 9110 7.6.1: an intermediary removes what belongs to one hop, that is also every header that the request's own Connection names.</summary>
    /// <remarks>So far as the server tells: Kestrel makes "Upgrade, X" into "Upgrade", and leaves "keep-alive, Upgrade, X" as it is.</remarks>
    private static bool IsOfOneHop(HttpRequest request, string name) =>
        OfOneHop.Contains(name, StringComparer.OrdinalIgnoreCase)
            || request.Headers.GetCommaSeparatedValues(HeaderNames.Connection).Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The way so far, and behind it this hop: by which version the request came, and who received it.</summary>
    private static string ViaOf(HttpRequest request) =>
        string.Join(", ", [.. IsOfOneHop(request, Via) ? [] : request.Headers[Via].OfType<string>(),
            $"{(HttpProtocol.IsHttp2(request.Protocol) ? "2" : "1.1")} {Pseudonym}"]);

    private static void Copy(HttpRequest request, string name, WebSocketClientOptions upstream)
    {
        foreach (string? value in request.Headers[name]) upstream.Headers.Add(new(name, value ?? ""));
    }
}
