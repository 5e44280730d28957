using System.Security.Claims;
using System.Threading.RateLimiting;
using Cierre.Connections;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore;

/// <summary>Sets what one WebSocket endpoint accepts, beside the limits and times of every connection.</summary>
/// <remarks>Bound from the configuration section <c>Cierre</c> for all endpoints, then changed by what <c>MapWebSocket</c> is given.</remarks>
public sealed class WebSocketEndpointOptions : WebSocketConnectionOptions
{
    /// <summary>The subprotocols that the endpoint speaks, the preferred one first. Of those the client asks for, the first of these is chosen; none: none. RFC
    /// 6455 4.2.2.</summary>
    public IList<string> Subprotocols { get; } = [];

    /// <summary>The origins that may connect: each as <c>https://example.org</c> or <c>https://example.org:8443</c>, all below a domain as
    /// <c>https://*.example.org</c> (at least one label in front, the domain itself not), or <c>*</c> for any. Default none listed: only the server's own
    /// origin. A request without an <c>Origin</c> header comes from no browser and is not held to this. RFC 6455 10.2.</summary>
    /// <remarks>An entry that can match no origin, such as one with a path or without a scheme, is refused with an <see cref="ArgumentException"/> when the
    /// endpoint is mapped, and in the configuration at the start.</remarks>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>How a request is answered that authorization refuses: with 401 or 403, or by accepting it and closing with 3000 or 3003, which a browser's
    /// page can read; default <see cref="RefusalMode.Status"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither of the two.</exception>
    public RefusalMode AuthorizationResponse
    {
        get;
        set => field = OptionChecks.Defined(value, nameof(AuthorizationResponse));
    }

    /// <summary>Whether a connection is closed with 3000 when the credentials that opened it expire, unless they are renewed
    /// (<see cref="WebSocketCredentials.RenewAsync"/>); default true.
    /// One whose credentials have no end, or that was opened without any, is not.</summary>
    public bool CloseOnExpiry { get; set; } = true;

    /// <summary>Says when the credentials of a request expire, null for never; default null: when the authentication ticket does, or else the claim <c>exp</c>
    /// of the user (RFC 7519 4.1.4), the earliest where there are several. An <c>exp</c> that is no number is refused: 401, or 3000
    /// (<see cref="AuthorizationResponse"/>).</summary>
    public Func<HttpContext, DateTimeOffset?>? ExpirySelector { get; set; }

    /// <summary>How long before the expiry <see cref="OnExpiring"/> is called; default 1 min.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or more than 24 days.</exception>
    public TimeSpan ExpiryWarning
    {
        get;
        set => field = OptionChecks.Check(value, nameof(ExpiryWarning));
    } = TimeSpan.FromMinutes(1);

    /// <summary>Called before the credentials of a connection expire, once for each expiry: time to ask the peer for new ones, or to renew them here; default
    /// null.</summary>
    /// <remarks>Runs on the pool. What it throws is logged, and the credentials expire as they would have.</remarks>
    public Func<WebSocketConnection, WebSocketCredentials, ValueTask>? OnExpiring { get; set; }

    /// <summary>Asks whether a user still may be connected: every <see cref="PermissionCheckInterval"/> and at each renewal. False closes with 3003. Default
    /// null: not asked.</summary>
    /// <remarks>Runs on the pool. One that throws closes with 3003 as well: what cannot be checked is not permitted.</remarks>
    public Func<WebSocketConnection, ClaimsPrincipal, ValueTask<bool>>? PermissionCheck { get; set; }

    /// <summary>How often <see cref="PermissionCheck"/> is asked; default 1 min. <see cref="Timeout.InfiniteTimeSpan"/>: at renewals only.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive and not infinite, or more than 24 days.</exception>
    public TimeSpan PermissionCheckInterval
    {
        get;
        set => field = OptionChecks.CheckOrOff(value, nameof(PermissionCheckInterval));
    } = TimeSpan.FromMinutes(1);

    /// <summary>How long the handler may run for one connection, from its opening; then it is closed with 3008. Default
    /// <see cref="Timeout.InfiniteTimeSpan"/>: as long as it likes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive and not infinite, or more than 24 days.</exception>
    public TimeSpan HandlerTimeout
    {
        get;
        set => field = OptionChecks.CheckOrOff(value, nameof(HandlerTimeout));
    } = Timeout.InfiniteTimeSpan;

    /// <summary>The most connections that the endpoint has at a time; default null: no limit but the server's (<see cref="WebSocketLimitOptions"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int? MaxConnections
    {
        get;
        set => field = WebSocketLimitOptions.AtLeastOne(value, nameof(MaxConnections));
    }

    /// <summary>How a handshake is answered for which there is no place; default null: as <see cref="WebSocketLimitOptions.CapacityResponse"/> says for
    /// all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither of the two.</exception>
    public RefusalMode? CapacityResponse
    {
        get;
        set => field = value is { } answer ? OptionChecks.Defined(answer, nameof(CapacityResponse)) : null;
    }

    /// <summary>The most messages that a peer may send in a second, of which as many may come at once; more: 1008. Default null: no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int? MaxMessagesPerSecond
    {
        get;
        set => field = WebSocketLimitOptions.AtLeastOne(value, nameof(MaxMessagesPerSecond));
    }

    /// <summary>The most bytes of messages that a peer may send in a second, of which as many may come at once; more: 1008. Default null: no limit. A single
    /// larger message is taken where nothing came before it, and then nothing for as long as it would have taken.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public long? MaxBytesPerSecond
    {
        get;
        set
        {
            if (value is { } number) ArgumentOutOfRangeException.ThrowIfLessThan(number, 1, nameof(MaxBytesPerSecond));
            field = value;
        }
    }

    /// <summary>Gives each connection a limiter of the application's, its own or one shared by all connections of a user, say: a permit for each message, and
    /// 1008 where there is none. Default null. The limiter is the application's to dispose.</summary>
    /// <remarks>It is asked on the thread that brings the bytes, and never waited for. Called once for each connection, before it opens.</remarks>
    public Func<HttpContext, RateLimiter?>? MessageLimiterSelector { get; set; }

    /// <summary>Called with each connection of the endpoint and its record once it has ended, also with one that was accepted only to be closed; default
    /// null.</summary>
    /// <remarks>It runs where the end was noticed and should not block. What it throws is logged, and the end goes on.</remarks>
    public Action<WebSocketConnection, CloseRecord>? OnClosed { get; set; }

    /// <summary>The endpoint is an inspector's feed.</summary>
    internal bool IsInspector { get; set; }
}
