using System.Diagnostics;
using Cierre.Client;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Gateway;

/// <summary>Builds the opening request to the upstream out of the client's.</summary>
internal static class UpstreamRequest
{
    private const string For = "X-Forwarded-For", Proto = "X-Forwarded-Proto", Host = "X-Forwarded-Host";

    private static readonly string[] TraceContext = ["traceparent", "tracestate"];

    public static WebSocketClientOptions Of(HttpContext context, IReadOnlyList<string> subprotocols, WebSocketGatewayOptions options)
    {
        HttpRequest request = context.Request;
        var upstream = new WebSocketClientOptions();
        foreach (string name in options.ForwardedHeaders)
        {
            if (MayPass(name)) Copy(request, name, upstream);
        }

        // W3C Trace Context. Where the request is traced here, the HTTP handler names this hop's own span.
        if (Activity.Current is null)
        {
            // One that cannot be sent is no trace context; it is the client's and must not fail the request.
            foreach (string name in TraceContext.Where(name => FaultOf(request, name) is null)) Copy(request, name, upstream);
        }

        if (context.Connection.RemoteIpAddress is { } address) upstream.Headers.Add(new(For, address.ToString()));
        upstream.Headers.Add(new(Proto, request.Scheme));
        if (request.Host.HasValue) upstream.Headers.Add(new(Host, request.Host.Value));
        options.ConfigureUpstream?.Invoke(context, upstream);
        return upstream.CopyFor(subprotocols);
    }

    /// <summary>What is wrong with the first of the client's headers that is to be passed on and cannot be; null for nothing.</summary>
    public static string? FaultOf(HttpRequest request, WebSocketGatewayOptions options) =>
        options.ForwardedHeaders.Where(MayPass).Select(name => FaultOf(request, name)).FirstOrDefault(fault => fault is not null);

    private static string? FaultOf(HttpRequest request, string name) => request.Headers[name].Select(value => RequestHeaders.FaultOf(name, value ?? "")).FirstOrDefault(fault => fault is not null);

    /// <summary>RFC 9110 7.6.1: what belongs to one hop stays there.</summary>
    private static bool MayPass(string name) => !IsOurs(name) && !RequestHeaders.IsOfTheHandshake(name);

    private static void Copy(HttpRequest request, string name, WebSocketClientOptions upstream)
    {
        foreach (string? value in request.Headers[name]) upstream.Headers.Add(new(name, value ?? ""));
    }

    private static bool IsOurs(string name) =>
        name.Equals(For, StringComparison.OrdinalIgnoreCase) || name.Equals(Proto, StringComparison.OrdinalIgnoreCase) || name.Equals(Host, StringComparison.OrdinalIgnoreCase);
}
