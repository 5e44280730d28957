using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Endpoints;
using Cierre.AspNetCore.Resuming;
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

    public static RouteGroupBuilder Map(IEndpointRouteBuilder endpoints, string pattern, WebSocketInspectorOptions options)
    {
        IServiceProvider services = endpoints.ServiceProvider;
        string process = services.GetRequiredService<MappedInspectors>().Process;
        var shown = new ShownConnections(services.GetRequiredService<WebSocketRoster>(), options, process);
        var sessions = new ShownSessions(services.GetRequiredService<SessionTable>(), options, process);
        var local = new LocalClient(services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value);
        var gate = new Gate(options, new SiteRule(options), local, services.GetRequiredService<IHostEnvironment>());
        var api = new Api(shown, sessions, services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<UserNames>());

        RouteGroupBuilder group = endpoints.MapGroup(pattern);
        group.MapGet("/", PageFiles.Page).WithMetadata(new TopLevelPage());
        foreach (string name in PageFiles.Names) group.MapGet(name, PageFiles.File(name));
        group.MapGet("connections", api.ListAsync);
        group.MapGet("connections/{id:long}", api.OneAsync);
        group.MapGet("sessions", api.SessionsAsync);
        group.MapGet("closes", api.ClosesAsync);
        group.MapPost("close", api.CloseAsync);
        TimeProvider time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        // Log, metrics and roster call it by its whole pattern, which inside the group is not known.
        var live = new WebSocketEndpoint(pattern.TrimEnd('/') + "/live", FeedOptions(options, services.GetRequiredService<CloseCodes>(), time), services);
        WebSocketEndpointRouteBuilderExtensions.Map(
            group,
            "live",
            live,
            EndpointOpening.Always((connection, context, cancellationToken) =>
                Viewer.RunAsync(connection, Language.Of(context.Request), shown, sessions, options, time, cancellationToken)));

        IEndpointConventionBuilder all = group;
        all.WithMetadata(new InspectorMetadata(options));
        // Last of all conventions, and around every endpoint: none can be forgotten.
        all.Finally(endpoint => endpoint.RequestDelegate = gate.Before(endpoint.RequestDelegate!));
        return group;
    }

    /// <summary>Fresh ones: the application's configuration is made for its own endpoints, and none of it must open, narrow or slow down this one.</summary>
    private static WebSocketEndpointOptions FeedOptions(WebSocketInspectorOptions options, CloseCodes codes, TimeProvider time) => new()
    {
        IsInspector = true,
        // The gate has decided about the origin.
        AllowedOrigins = { "*" },
        MaxConnections = options.MaxViewers,
        CapacityResponse = RefusalMode.Status,
        AcceptedKind = WebSocketMessageKind.Text,
        MaxMessageSize = MaxCommandBytes,
        MaxMessagesPerSecond = MaxCommandsPerSecond,
        CloseCodes = codes,
        TimeProvider = time,
    };
}
