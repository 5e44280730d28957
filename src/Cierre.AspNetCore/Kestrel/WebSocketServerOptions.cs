using System.Security.Claims;

namespace Cierre.AspNetCore;

/// <summary>Sets what holds for the whole server: what <c>AddCierre</c> changes of it, and how its users are named. Configuration section
/// <c>Cierre:Server</c>.</summary>
public sealed class WebSocketServerOptions
{
    /// <summary>The close codes of every endpoint: those of RFC 6455 and the IANA registry, and those that the application adds, such as
    /// <c>AddCierre(options => options.CloseCodes.Add(4001, "Session replaced"))</c>.</summary>
    /// <remarks>Registered as a service too. A single endpoint may have others (<see cref="WebSocketConnectionOptions.CloseCodes"/>). The upstream connections
    /// of a gateway have those of its endpoint.</remarks>
    public CloseCodes CloseCodes { get; } = new();

    /// <summary>Gets or sets whether Kestrel keeps its own socket transport. Default: false.</summary>
    /// <remarks>
    /// By default Cierre's transport listens in the place of Kestrel's, does for HTTP what Kestrel's does, and hands the socket to a WebSocket after the
    /// upgrade. True leaves Kestrel's transport alone. WebSockets then run through its pipes: a message costs more, and a close frame that is followed by the
    /// end of the stream can be lost where the peer has sent what was not read (RFC 6455 7.1.1). A transport of the application's own, registered as
    /// <c>IConnectionListenerFactory</c>, is never replaced.
    /// </remarks>
    public bool UseKestrelTransport { get; set; }

    /// <summary>Names a user who is authenticated, for the limit of each user's connections, the roster, the inspector and the log; null or empty: nobody.
    /// Default null: the claim <see cref="ClaimTypes.NameIdentifier"/>, or else <c>sub</c> (RFC 7519 4.1.2), or else the name of the identity.</summary>
    public Func<ClaimsPrincipal, string?>? UserIdSelector { get; set; }
}
