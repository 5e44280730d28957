using Cierre.AspNetCore.Origins;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Cierre.AspNetCore;

/// <summary>
/// Says of a request whether a page of the server's own sent it, and whether it came under a name of this machine: the rule of endpoints and inspector,
/// for requests of the application's own.
/// </summary>
public static class RequestOrigin
{
    /// <summary>Tells whether a request comes from a page of the server's own: its <c>Origin</c> header has the scheme, host and port to which it came.
    /// RFC 6454 5.</summary>
    /// <param name="request">The request.</param>
    /// <returns>True also where there is no such header: no page of a browser sent it, or a page of the same origin asks for something safe.</returns>
    public static bool IsSameOrigin(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        string origin = request.Headers[HeaderNames.Origin].ToString();
        return origin.Length == 0 || Origin.IsSame(origin, request.Scheme, HostOf(request));
    }

    /// <summary>Tells whether a request came to this machine under a name that is its own whoever asks: <c>localhost</c>, or a loopback address as browsers
    /// write it. A page whose name was pointed at this machine (DNS rebinding) comes with a name of its own.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Whether its <c>Host</c> is such a name, on any port.</returns>
    public static bool IsToLoopback(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        string authority = HostOf(request);
        return HostName.TrySplit(authority, out string host, out _) && HostName.IsLoopback(authority, host);
    }

    /// <summary>The header as it came, and as browsers write it into Origin. <see cref="HttpRequest.Host"/> turns names of other alphabets into these, and
    /// throws for some.</summary>
    internal static string HostOf(HttpRequest request) => request.Headers.Host.ToString();
}
