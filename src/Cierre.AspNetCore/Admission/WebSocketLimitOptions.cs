using Cierre.Connections;

namespace Cierre.AspNetCore;

/// <summary>Sets how many WebSocket connections the whole server takes; an endpoint has limits of its own in <see cref="WebSocketEndpointOptions"/>.</summary>
/// <remarks>Bound from the configuration section <c>Cierre:Limits</c> and validated at start. A connection counts from its handshake until it has
/// ended.</remarks>
public sealed class WebSocketLimitOptions
{
    /// <summary>The most connections at a time; default null: no limit.</summary>
    /// <remarks>Kestrel's <c>MaxConcurrentUpgradedConnections</c> is answered 503 as well, but knows only what came over HTTP/1.1.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int? MaxConnections
    {
        get;
        set => field = AtLeastOne(value, nameof(MaxConnections));
    }

    /// <summary>The most connections of one user at a time; default null: no limit. Who is nobody (<see cref="WebSocketServerOptions.UserIdSelector"/>) is not
    /// counted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int? MaxConnectionsPerUser
    {
        get;
        set => field = AtLeastOne(value, nameof(MaxConnectionsPerUser));
    }

    /// <summary>The most handshakes in a second, of which as many may come at once; default null: no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int? MaxHandshakesPerSecond
    {
        get;
        set => field = AtLeastOne(value, nameof(MaxHandshakesPerSecond));
    }

    /// <summary>How a handshake is answered for which there is no place: with 503 and <c>Retry-After</c>, or by accepting it and closing with 1013; default
    /// <see cref="RefusalMode.Status"/>.</summary>
    /// <remarks>At most as many are accepted only to be closed, at a time, as the limit allows connections; beyond, 503.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Neither of the two.</exception>
    public RefusalMode CapacityResponse
    {
        get;
        set => field = OptionChecks.Defined(value, nameof(CapacityResponse));
    }

    /// <summary>What <c>Retry-After</c> says with a 503, in whole seconds; default 5 s. RFC 9110 10.2.3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than a second, or more than 24 days.</exception>
    public TimeSpan RetryAfter
    {
        get;
        set => field = AtLeastASecond(value, nameof(RetryAfter));
    } = TimeSpan.FromSeconds(5);

    /// <summary>The most sessions at a time that no connection carries (<c>WithResume</c>); default 10,000. Beyond, the one that has been away longest is lost
    /// with <c>buffer-full</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int MaxAwaySessions
    {
        get;
        set => field = AtLeastOne(value, nameof(MaxAwaySessions))!.Value;
    } = 10_000;

    /// <summary>The most bytes of messages that wait for all of those sessions; default 256 MiB. Beyond, the one that has been away longest is lost with
    /// <c>buffer-full</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public long MaxAwaySessionBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxAwaySessionBytes));
            field = value;
        }
    } = 256 * 1024 * 1024;

    /// <summary>For what is said in whole seconds.</summary>
    internal static TimeSpan AtLeastASecond(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromSeconds(1), name);
        return OptionChecks.Check(value, name);
    }

    internal static int? AtLeastOne(int? value, string name)
    {
        if (value is { } number) ArgumentOutOfRangeException.ThrowIfLessThan(number, 1, name);
        return value;
    }
}
