using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore;

/// <summary>Sets who may look at the connections of the server with <c>MapWebSocketInspector</c>, from where, and how much is shown.</summary>
public sealed class WebSocketInspectorOptions
{
    /// <summary>The names of hosts, without a port, under which the inspector may be asked for, beside <c>localhost</c> and the loopback addresses; default
    /// none. A page whose name was pointed at this server (DNS rebinding) comes with a name of its own, and is refused.</summary>
    /// <remarks>An entry that is no host's name is refused with an <see cref="ArgumentException"/> when the inspector is mapped.</remarks>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>The origins, as <c>https://example.org</c>, whose pages may use the inspector beside its own; default none. A proxy that ends TLS and does not
    /// forward the scheme needs its own here. A page of another origin can open the live feed; to read answers over HTTP it needs CORS besides:
    /// <c>RequireCors(...)</c> on what <c>MapWebSocketInspector</c> returns.</summary>
    /// <remarks>Written as <see cref="WebSocketEndpointOptions.AllowedOrigins"/>, and refused alike.</remarks>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Decides about each request by a rule of the application's own, such as a token; true lets it in. It stands in place of an authorization policy,
    /// or beside one. Default null.</summary>
    public Func<HttpContext, ValueTask<bool>>? AuthorizationCheck { get; set; }

    /// <summary>How many bytes of each payload are shown with the frames that are followed, 0 to 64 KiB; default 0: none, because payloads are what users
    /// wrote. What a close frame says is shown all the same.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than 65,536.</exception>
    public int PayloadBytes
    {
        get;
        set => field = Between(value, 0, 64 * 1024, nameof(PayloadBytes));
    }

    /// <summary>The most viewers at a time, 1 to 100; default 8. One more is answered 503 and goes without what is live.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1, or more than 100.</exception>
    public int MaxViewers
    {
        get;
        set => field = Between(value, 1, 100, nameof(MaxViewers));
    } = 8;

    /// <summary>The most connections on one page of the list, 1 to 1,000; default 100.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1, or more than 1,000.</exception>
    public int MaxRows
    {
        get;
        set => field = Between(value, 1, 1000, nameof(MaxRows));
    } = 100;

    /// <summary>The most frames in a second that a viewer is shown of the connection that it follows, 5 to 10,000; default 200. What is over is dropped and
    /// counted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 5, or more than 10,000.</exception>
    public int MaxFramesPerSecond
    {
        get;
        set => field = Between(value, 5, 10_000, nameof(MaxFramesPerSecond));
    } = 200;

    private static int Between(int value, int least, int most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
        return value;
    }
}
