using System.Security.Claims;
using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Endpoints;
using Cierre.Connections;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore;

/// <summary>Holds who is at the other end of a connection and until when that is known, and takes a new answer in time.</summary>
/// <remarks>For a handler: <c>context.Features.Get&lt;WebSocketCredentials&gt;()</c>; or as a parameter of a delegate. Where a session goes on over another
/// connection, they are those of that connection's request.</remarks>
public sealed class WebSocketCredentials
{
    private readonly Lock _gate = new();
    private WebSocketEndpoint? _endpoint;
    private OpenConnection? _entry;
    private Slot? _slot;
    private HttpContext? _opening;
    private ClaimsPrincipal? _user;
    private DateTimeOffset? _expiresAt;
    private Expiry? _expiry;

    internal WebSocketCredentials()
    {
    }

    /// <summary>Those of the server that the connection came to.</summary>
    internal IServiceProvider Services => _endpoint!.Services;

    /// <summary>Null: no connection carries the session.</summary>
    private Expiry? Watched
    {
        get
        {
            lock (_gate)
            {
                if (_opening is not null) return _expiry ??= Watch(expiresAt: null);
                if (_user is not null) return null;
            }

            throw new InvalidOperationException(
                "The connection is not open yet: its credentials are those of the request, HttpContext.User, and are watched from the opening on.");
        }
    }

    /// <summary>Watches from now on, where there is anything to wait for; most connections have no more than this until they are asked.</summary>
    internal void Begin(WebSocketEndpoint endpoint, OpenConnection entry, Slot slot, HttpContext opening)
    {
        DateTimeOffset? expiresAt = Expiry.EndOf(opening, endpoint.Options);
        lock (_gate)
        {
            (_endpoint, _entry, _slot, _opening, _user) = (endpoint, entry, slot, opening, opening.User);
            if (expiresAt is not null || Expiry.IsNeeded(endpoint.Options)) _expiry = Watch(expiresAt);
        }

        ConnectionControl.Of(entry.Carrier).Host = this;
    }

    /// <summary>The session goes on over another connection, opened with credentials of its own.</summary>
    internal void Follow(WebSocketCredentials other)
    {
        if (other == this) return;
        lock (other._gate)
        lock (_gate)
        {
            (_endpoint, _entry, _slot, _opening, _user, _expiry) = (other._endpoint, other._entry, other._slot, other._opening, other._user, other._expiry);
        }
    }

    /// <summary>A connection has ended that carried a session: nothing of it is kept. No move where the session goes on over another.</summary>
    internal void Ended(OpenConnection connection)
    {
        lock (_gate)
        {
            if (_entry != connection) return;
            if (_expiry is { } watched) (_user, _expiresAt) = (watched.User, watched.ExpiresAt);
            (_entry, _slot, _opening, _expiry) = (null, null, null, null);
        }
    }

    private Expiry Watch(DateTimeOffset? expiresAt) => new(this, _endpoint!, _entry!, _slot!, _opening!, _user!, expiresAt);

    /// <summary>The user, of the request that opened the connection or of the last renewal.</summary>
    public ClaimsPrincipal User => Watched?.User ?? _user!;

    /// <summary>When the credentials expire; null: never.</summary>
    public DateTimeOffset? ExpiresAt => Watched is { } watched ? watched.ExpiresAt : _expiresAt;

    /// <summary>Takes new credentials in the place of the present ones. They are held to the endpoint's authorization, and to
    /// <see cref="WebSocketEndpointOptions.PermissionCheck"/>: where they fall short the connection is closed, with 3000 for a user who is nobody and 3003
    /// otherwise.</summary>
    /// <remarks>The policy is asked as the framework's middleware asks it. Where it names authentication schemes, an identity whose <c>AuthenticationType</c>
    /// is the name of another scheme of the application does not count. Handlers that look at the request are given a copy of the one that opened the
    /// connection, with the new user; at a detached endpoint of what was kept of it. Of two renewals at a time the later one stays.</remarks>
    /// <param name="user">The new user; the application has checked the credentials, and whether it may be another one than before.</param>
    /// <param name="expiresAt">When they expire; null: never.</param>
    /// <param name="cancellationToken">Ends the wait, not the renewal: the credentials are taken all the same, or the connection closed. The token that says
    /// that the connection ends, a handler's, does not.</param>
    /// <returns>Whether the connection goes on with them: false also where it closes already, an expiry that was faster included, and where none carries the
    /// session.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">A policy of a detached endpoint asks for a part of the request that was not kept.</exception>
    public Task<bool> RenewAsync(ClaimsPrincipal user, DateTimeOffset? expiresAt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(user);
        return Watched?.RenewAsync(user, expiresAt, cancellationToken) ?? Task.FromResult(false);
    }
}
