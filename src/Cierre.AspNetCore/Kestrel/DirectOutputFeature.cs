using System.IO.Pipelines;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>Marks a connection whose output writes to the socket itself: a completed flush is then a proof of sending.</summary>
internal sealed record DirectOutputFeature(PipeWriter Output, ConnectionEnd End);
