using Cierre.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cierre.Tool.Lab.Runs;

/// <summary>Where a situation maps an endpoint itself; <paramref name="Configure"/> is what <c>MapWebSocket</c> must be given.</summary>
/// <param name="Program">Accepts a WebSocket and runs the situation's program on it; null where it has none.</param>
internal sealed record LabRoute(IEndpointRouteBuilder Endpoints, string Path, Action<WebSocketEndpointOptions> Configure, RequestDelegate? Program);
