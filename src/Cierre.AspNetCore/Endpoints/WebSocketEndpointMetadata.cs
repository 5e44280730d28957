namespace Cierre.AspNetCore.Endpoints;

/// <summary>Marks an endpoint as ours, for the parts of the pipeline that run before it.</summary>
internal sealed record WebSocketEndpointMetadata(WebSocketEndpoint Endpoint);
