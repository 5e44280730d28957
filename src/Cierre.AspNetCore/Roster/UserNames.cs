using System.Security.Claims;

namespace Cierre.AspNetCore.Roster;

/// <summary>Names the user of a connection: one rule for the roster, the limits, the inspector and the log.</summary>
/// <param name="selector">What <see cref="WebSocketServerOptions.UserIdSelector"/> says.</param>
internal sealed class UserNames(Func<ClaimsPrincipal, string?>? selector)
{
    /// <summary>The subject of a token (RFC 7519 4.1.2), where the application keeps the token's own names of claims.</summary>
    private const string Subject = "sub";

    /// <summary>Null: nobody. An identity that nobody authenticated names nobody, whatever it claims.</summary>
    public string? Of(ClaimsPrincipal user)
    {
        ClaimsIdentity[] known = [.. user.Identities.Where(identity => identity.IsAuthenticated)];
        if (known is []) return null;
        string? name = selector is not null
            ? selector(user)
            : ClaimOf(known, ClaimTypes.NameIdentifier) ?? ClaimOf(known, Subject) ?? First(known.Select(identity => identity.Name));
        return string.IsNullOrEmpty(name) ? null : name;
    }

    private static string? ClaimOf(ClaimsIdentity[] identities, string type) =>
        First(identities.SelectMany(identity => identity.FindAll(type)).Select(claim => claim.Value));

    private static string? First(IEnumerable<string?> names) => names.FirstOrDefault(name => !string.IsNullOrEmpty(name));
}
