using System.Net;

namespace Cierre.Client;

/// <summary>The user name and password of the URL, for the server of that URL alone; beside them whatever the application set.</summary>
internal sealed class UrlCredentials(Uri url, NetworkCredential own, ICredentials? others) : ICredentials
{
    public NetworkCredential? GetCredential(Uri uri, string authType) => IsForPasswords(authType) && IsOurs(uri) ? own : others?.GetCredential(uri, authType);

    // Whoever is known by a ticket (Negotiate) is not known by what stands in a URL.
    private static bool IsForPasswords(string authType) => authType.Equals("Basic", StringComparison.OrdinalIgnoreCase) || authType.Equals("Digest", StringComparison.OrdinalIgnoreCase);

    /// <summary>RFC 6454 4: a redirect to another origin gets none.</summary>
    private bool IsOurs(Uri uri) => uri.Port == url.Port && IsTls(uri) == IsTls(url) && uri.IdnHost.Equals(url.IdnHost, StringComparison.OrdinalIgnoreCase);

    private static bool IsTls(Uri uri) => uri.Scheme is "wss" or "https";
}
