using System.Security.Claims;
using Cierre.AspNetCore.Endpoints;

namespace Cierre.AspNetCore;

/// <summary>Holds who is at the other end of a connection and until when that is known, and takes a new answer in time.</summary>
/// <remarks>For a handler: <c>context.Features.Get&lt;WebSocketCredentials&gt;()</c>; or as a parameter of a delegate.</remarks>
public sealed class WebSocketCredentials
{
    private Expiry? _watched;

    internal WebSocketCredentials()
    {
    }

    private Expiry _expiry => _watched ?? throw new InvalidOperationException(
        "The connection is not open yet: its credentials are those of the request, HttpContext.User, and are watched from the opening on.");

    internal void Begin(Expiry expiry) => _watched = expiry;

    /// <summary>The user, of the request that opened the connection or of the last renewal.</summary>
    public ClaimsPrincipal User => _expiry.User;

    /// <summary>When the credentials expire; null: never.</summary>
    public DateTimeOffset? ExpiresAt => _expiry.ExpiresAt;

    /// <summary>Takes new credentials in the place of the present ones. They are held to the endpoint's authorization, and to
    /// <see cref="WebSocketEndpointOptions.PermissionCheck"/>: where they fall short the connection is closed, with 3000 for a user who is nobody and 3003
    /// otherwise.</summary>
    /// <remarks>The policy is asked as the framework's middleware asks it. Where it names authentication schemes, an identity whose <c>AuthenticationType</c>
    /// is the name of another scheme of the application does not count. Handlers that look at the request are given a copy of the one that opened the
    /// connection, with the new user.</remarks>
    /// <param name="user">The new user; the application has checked the credentials, and whether it may be another one than before.</param>
    /// <param name="expiresAt">When they expire; null: never.</param>
    /// <param name="cancellationToken">Ends the wait, not the renewal: the credentials are taken all the same, or the connection closed. The token that says
    /// that the connection ends, a handler's, does not.</param>
    /// <returns>Whether the connection goes on with them: false also where it closes already, an expiry that was faster included.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<bool> RenewAsync(ClaimsPrincipal user, DateTimeOffset? expiresAt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(user);
        return _expiry.RenewAsync(user, expiresAt, cancellationToken);
    }
}
