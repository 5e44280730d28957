using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Cierre.AspNetCore.Gateway;

/// <summary>Builds the opening request to the upstream out of the client's.</summary>
internal static class UpstreamRequest
{
    private const string For = "X-Forwarded-For", Proto = "X-Forwarded-Proto", Host = "X-Forwarded-Host";

    public static WebSocketClientOptions Of(HttpContext context, IReadOnlyList<string> subprotocols, WebSocketGatewayOptions options)
    {
        HttpRequest request = context.Request;
        var upstream = new WebSocketClientOptions();
        foreach (string name in options.ForwardedHeaders)
        {
            if (IsOurs(name)) continue;
            StringValues values = request.Headers[name];
            foreach (string? value in values) upstream.Headers.Add(new(name, value ?? ""));
        }

        if (context.Connection.RemoteIpAddress is { } address) upstream.Headers.Add(new(For, address.ToString()));
        upstream.Headers.Add(new(Proto, request.Scheme));
        if (request.Host.HasValue) upstream.Headers.Add(new(Host, request.Host.Value));
        options.ConfigureUpstream?.Invoke(context, upstream);
        return upstream.CopyFor(subprotocols);
    }

    private static bool IsOurs(string name) =>
        name.Equals(For, StringComparison.OrdinalIgnoreCase) || name.Equals(Proto, StringComparison.OrdinalIgnoreCase) || name.Equals(Host, StringComparison.OrdinalIgnoreCase);
}
