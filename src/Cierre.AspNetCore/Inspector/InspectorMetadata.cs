namespace Cierre.AspNetCore.Inspector;

/// <summary>Marks an endpoint as one of an inspector.</summary>
internal sealed record InspectorMetadata(WebSocketInspectorOptions Options);
