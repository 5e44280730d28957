using System.Diagnostics;
using Cierre.Callbacks;
using Cierre.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Begins what is measured of a request that came for an endpoint. The opened connection finds it among the request's features.</summary>
internal static class HandshakeTelemetry
{
    /// <param name="pattern">The endpoint's own; the route has the prefix of its group as well.</param>
    /// <param name="failed">Told of what a listener or the propagator of the application's throws: the request goes on without it.</param>
    public static ConnectionTelemetry Begin(HttpContext context, string pattern, TimeProvider time, Action<Exception> failed)
    {
        HttpRequest request = context.Request;
        string route = Upgrade.RouteOf(context, pattern);
        string path = request.PathBase.Add(request.Path).ToString();
        var telemetry = ConnectionTelemetry.OfServer(
            route, request.IsHttps ? "wss" : "ws", path, time, Guarded.Call(context, CallerOf, fallback: default, failed), failed);
        context.Features.Set(telemetry);
        return telemetry;
    }

    /// <summary>The caller's span, by W3C Trace Context or what else the application speaks.</summary>
    private static ActivityContext CallerOf(HttpContext context)
    {
        DistributedContextPropagator propagator = context.RequestServices.GetService<DistributedContextPropagator>() ?? DistributedContextPropagator.Current;
        propagator.ExtractTraceIdAndState(context.Request.Headers, ValueOf, out string? parent, out string? state);
        return ActivityContext.TryParse(parent, state, isRemote: true, out ActivityContext caller) ? caller : default;
    }

    private static void ValueOf(object? headers, string name, out string? value, out IEnumerable<string>? values) =>
        (value, values) = (((IHeaderDictionary)headers!)[name] is { Count: > 0 } found ? found.ToString() : null, null);
}
