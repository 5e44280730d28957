using System.Net.Http;
using System.Net.Http.Headers;
using Cierre.Opening;

namespace Cierre.Client;

/// <summary>Where an opening stands among redirects, and which of the application's headers go on with it. RFC 9110 15.4, Fetch "HTTP-redirect
/// fetch".</summary>
/// <remarks>The HTTP handler follows redirects too, but it takes headers along to anybody, and leaves credentials behind in the same origin.</remarks>
internal sealed class Redirects(Uri url, IEnumerable<KeyValuePair<string, string>> headers)
{
    // What names the program, and a gateway's hop (RFC 9110 7.6.3 demands it). Any other may be a credential, by whatever name.
    private static readonly string[] SaidToAnybody = ["User-Agent", "Via"];

    /// <summary>Where the next request goes.</summary>
    public Uri Url { get; private set; } = url;

    /// <summary>The application's own headers in that request. What was left behind once does not come back.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; private set; } = [.. headers];

    /// <summary>RFC 6454 4: scheme, host and port; ws is http here, and wss https.</summary>
    public static bool IsSameOrigin(Uri one, Uri other) =>
        one.Port == other.Port && OpeningHandler.IsTls(one) == OpeningHandler.IsTls(other)
            && one.IdnHost.Equals(other.IdnHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>Goes on to where the answer points; false: it points nowhere that an opening may follow to.</summary>
    public bool TryFollow(HttpResponseMessage response)
    {
        if (TargetOf(response) is not { } target) return false;
        if (!IsSameOrigin(Url, target)) Headers = [.. Headers.Where(header => SaidToAnybody.Contains(header.Key, StringComparer.OrdinalIgnoreCase))];
        Url = target;
        return true;
    }

    private Uri? TargetOf(HttpResponseMessage response)
    {
        if ((int)response.StatusCode is not (300 or 301 or 302 or 303 or 307 or 308)) return null;
        if (!response.Headers.NonValidated.TryGetValues("Location", out HeaderStringValues values) || values.Count != 1) return null;
        // A fragment is for who asks, and no part of a WebSocket's URL.
        string location = values.ToString().Split('#')[0];
        if (!Uri.TryCreate(Url, location, out Uri? target) || !UrlText.IsAddress(target)) return null;
        // Never from TLS to none.
        return OpeningHandler.IsTls(Url) && !OpeningHandler.IsTls(target) ? null : UrlUserInfo.Without(target);
    }
}
