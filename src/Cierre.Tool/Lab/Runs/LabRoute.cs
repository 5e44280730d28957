using Cierre.AspNetCore;
using Microsoft.AspNetCore.Routing;

namespace Cierre.Tool.Lab.Runs;

/// <summary>Where a situation maps an endpoint itself; <paramref name="Configure"/> is what <c>MapWebSocket</c> must be given.</summary>
internal sealed record LabRoute(IEndpointRouteBuilder Endpoints, string Path, Action<WebSocketEndpointOptions> Configure);
