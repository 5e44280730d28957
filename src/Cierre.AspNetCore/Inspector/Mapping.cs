using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Endpoints;
using Cierre.AspNetCore.Roster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Inspector;

/// <summary>All endpoints of one inspector, and the gate before every one of them.</summary>
internal static class Mapping
{
    /// <summary>The most that a viewer says at a time.</summary>
    private const int MaxCommandBytes = 4096;

    private const int MaxCommandsPerSecond = 20;

    private static readonly TimeSpan PingTime = TimeSpan.FromSeconds(20);

    public static RouteGroupBuilder Map(IEndpointRouteBuilder endpoints, string pattern, WebSocketInspectorOptions options)
    {
        IServiceProvider services = endpoints.ServiceProvider;
        string feed = pattern.TrimEnd('/') + "/live";
        var shown = new ShownConnections(services.GetRequiredService<WebSocketRoster>(), options, services.GetRequiredService<MappedInspectors>().Process);
        var local = new LocalClient(services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value);
        var gate = new Gate(options, new SiteRule(options), local, services.GetRequiredService<IHostEnvironment>());
        var api = new Api(shown, services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<UserNames>());

        RouteGroupBuilder group = endpoints.MapGroup(pattern);
        group.MapGet("/", PageFiles.Page).WithMetadata(new TopLevelPage());
        foreach (string name in PageFiles.Names) group.MapGet(name, PageFiles.File(name));
        group.MapGet("connections", api.ListAsync);
        group.MapGet("connections/{id:long}", api.OneAsync);
        group.MapGet("closes", api.ClosesAsync);
        group.MapPost("close", api.CloseAsync);
        WebSocketEndpointRouteBuilderExtensions.Map(
            group,
            "live",
            endpoint => Configure(endpoint, options),
            EndpointOpening.Always((connection, context, cancellationToken) => Viewer.RunAsync(connection, Language.Of(context.Request), shown, options, cancellationToken)),
            feed);

        IEndpointConventionBuilder all = group;
        all.WithMetadata(new InspectorMetadata(options));
        // Last of all conventions, and around every endpoint: none can be forgotten.
        all.Finally(endpoint => endpoint.RequestDelegate = gate.Before(endpoint.RequestDelegate!));
        return group;
    }

    /// <summary>The application's configuration is made for its own endpoints: of those settings, none must open, narrow or slow down this one.</summary>
    private static void Configure(WebSocketEndpointOptions endpoint, WebSocketInspectorOptions options)
    {
        endpoint.IsInspector = true;
        endpoint.Subprotocols.Clear();
        // The gate has decided about the origin.
        endpoint.AllowedOrigins.Clear();
        endpoint.AllowedOrigins.Add("*");
        endpoint.AuthorizationResponse = RefusalMode.Status;
        (endpoint.MaxConnections, endpoint.CapacityResponse) = (options.MaxViewers, RefusalMode.Status);
        (endpoint.AcceptedKind, endpoint.MaxMessageSize) = (WebSocketMessageKind.Text, MaxCommandBytes);
        (endpoint.MaxMessagesPerSecond, endpoint.MaxBytesPerSecond) = (MaxCommandsPerSecond, null);
        (endpoint.IdleTimeout, endpoint.HandlerTimeout) = (Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        (endpoint.Trace, endpoint.MaxRecentFrames, endpoint.Compression) = (null, 0, null);
        endpoint.SlowReaderPolicy = SlowReaderPolicy.Wait;
        // Who may look no longer sees nothing more, and the application's own words and limits are not for the page.
        (endpoint.CloseOnExpiry, endpoint.ExpirySelector, endpoint.OnExpiring) = (true, null, null);
        (endpoint.MessageLimiterSelector, endpoint.OnClosed) = (null, null);
        // A viewer who vanished gives back his place.
        (endpoint.PingInterval, endpoint.PingTimeout) = (PingTime, PingTime);
    }
}
