using System.Net;

namespace Cierre.Client;

/// <summary>The user name and password of the URL, for the server of that URL alone; beside them whatever the application set.</summary>
/// <remarks>What says for itself which server it is for is asked for any: a <see cref="CredentialCache"/>. Else what the application set is for that server
/// alone too.</remarks>
internal sealed class UrlCredentials(Uri url, NetworkCredential? own, ICredentials? others) : ICredentials
{
    public NetworkCredential? GetCredential(Uri uri, string authType)
    {
        // RFC 6454 4: a redirect to another origin gets none.
        bool isOurs = Redirects.IsSameOrigin(uri, url);
        if (isOurs && own is not null && IsForPasswords(authType)) return own;
        // What is listed for ws is for http too, and the other way round.
        if (others is CredentialCache) return others.GetCredential(uri, authType) ?? others.GetCredential(InOtherScheme(uri), authType);
        return isOurs ? others?.GetCredential(uri, authType) : null;
    }

    private static Uri InOtherScheme(Uri uri) =>
        new UriBuilder(uri) { Scheme = uri.Scheme switch { "ws" => "http", "http" => "ws", "wss" => "https", _ => "wss" } }.Uri;

    // Whoever is known by a ticket (Negotiate) is not known by what stands in a URL.
    private static bool IsForPasswords(string authType) =>
        authType.Equals("Basic", StringComparison.OrdinalIgnoreCase) || authType.Equals("Digest", StringComparison.OrdinalIgnoreCase);
}
