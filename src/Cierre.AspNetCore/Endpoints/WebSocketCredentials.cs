using System.Security.Claims;
using Cierre.AspNetCore.Endpoints;

namespace Cierre.AspNetCore;

/// <summary>Holds who is at the other end of a connection and until when that is known, and takes a new answer in time.</summary>
/// <remarks>For a handler: <c>context.Features.Get&lt;WebSocketCredentials&gt;()</c>; or as a parameter of a delegate.</remarks>
public sealed class WebSocketCredentials
{
    private readonly Expiry _expiry;

    internal WebSocketCredentials(Expiry expiry) => _expiry = expiry;

    /// <summary>The user, of the request that opened the connection or of the last renewal.</summary>
    public ClaimsPrincipal User => _expiry.User;

    /// <summary>When the credentials expire; null: never.</summary>
    public DateTimeOffset? ExpiresAt => _expiry.ExpiresAt;

    /// <summary>Takes new credentials in the place of the present ones. They are held to the endpoint's authorization, and to <see cref="WebSocketEndpointOptions.IsPermitted"/>:
    /// where they fall short the connection is closed, with 3000 for a user who is nobody and 3003 otherwise.</summary>
    /// <param name="user">The new user; the application has checked the credentials, and whether it may be another one than before.</param>
    /// <param name="expiresAt">When they expire; null: never.</param>
    /// <returns>Whether the connection goes on with them: false also where it closes already, an expiry that was faster included.</returns>
    public Task<bool> RenewAsync(ClaimsPrincipal user, DateTimeOffset? expiresAt)
    {
        ArgumentNullException.ThrowIfNull(user);
        return _expiry.RenewAsync(user, expiresAt);
    }
}
