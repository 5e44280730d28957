using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Reads from a request when its credentials end: the authentication ticket, or else the user's claims <c>exp</c>. RFC 7519 4.1.4.</summary>
internal static class CredentialsEnd
{
    // RFC 7519 2: a JSON number, so a fraction and an exponent are allowed, and words such as NaN are not.
    private const NumberStyles JsonNumber = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>False: a claim says something that is no time. That is no reason to believe the credentials for ever.</summary>
    /// <param name="at">The earliest; null: never.</param>
    public static bool TryRead(HttpContext context, out DateTimeOffset? at)
    {
        at = context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult is { Succeeded: true, Properties.ExpiresUtc: { } ticket } ? ticket : null;
        if (at is not null) return true;
        foreach (System.Security.Claims.Claim exp in context.User.FindAll("exp"))
        {
            if (!double.TryParse(exp.Value, JsonNumber, CultureInfo.InvariantCulture, out double seconds) || double.IsNaN(seconds)
                || !exp.Value.AsSpan().ContainsAnyInRange('0', '9')) return false;
            // Later than the last day of the calendar is never.
            if (seconds >= DateTimeOffset.MaxValue.ToUnixTimeSeconds()) continue;
            double since1970 = Math.Max(seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds());
            DateTimeOffset end = DateTimeOffset.FromUnixTimeMilliseconds((long)(since1970 * 1000));
            if (at is null || end < at) at = end;
        }

        return true;
    }
}
