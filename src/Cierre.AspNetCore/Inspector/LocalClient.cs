using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;

namespace Cierre.AspNetCore.Inspector;

/// <summary>Whether a request comes from this machine itself. A proxy on this machine does, and who asks the proxy need not; so one that shows a trace of a
/// proxy does not count.</summary>
/// <param name="options">How the application calls the headers of a proxy, where it configured that.</param>
internal sealed class LocalClient(ForwardedHeadersOptions options)
{
    /// <summary>What a proxy adds (RFC 7239), and what the middleware for such headers leaves of them, which puts the address that the proxy names, or the
    /// client invents, in place of the proxy's own. The usual names count whatever the application's are: its proxy may be one that it does not know
    /// of.</summary>
    private readonly string[] _traces =
    [
        "Forwarded",
        ForwardedHeadersDefaults.XForwardedForHeaderName, ForwardedHeadersDefaults.XForwardedHostHeaderName,
        ForwardedHeadersDefaults.XForwardedProtoHeaderName, ForwardedHeadersDefaults.XForwardedPrefixHeaderName,
        ForwardedHeadersDefaults.XOriginalForHeaderName, ForwardedHeadersDefaults.XOriginalHostHeaderName,
        ForwardedHeadersDefaults.XOriginalProtoHeaderName, ForwardedHeadersDefaults.XOriginalPrefixHeaderName,
        options.ForwardedForHeaderName, options.ForwardedHostHeaderName, options.ForwardedProtoHeaderName, options.ForwardedPrefixHeaderName,
        options.OriginalForHeaderName, options.OriginalHostHeaderName, options.OriginalProtoHeaderName, options.OriginalPrefixHeaderName,
    ];

    public bool Sent(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from) && IsOfTheSocket(context)
            && !_traces.Any(context.Request.Headers.ContainsKey);

    /// <summary>Options that were handed to the middleware itself are not to be seen here, but what it did is: the address stays that of the socket only where
    /// nobody puts another in its place.</summary>
    private static bool IsOfTheSocket(HttpContext context)
    {
        // No server but Kestrel tells.
        if (context.Features.Get<IConnectionSocketFeature>() is not { Socket: var socket }) return true;
        try
        {
            return socket.RemoteEndPoint is IPEndPoint end && IPAddress.IsLoopback(end.Address) && end.Port == context.Connection.RemotePort;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone, and so is who asked.
            return false;
        }
    }
}
