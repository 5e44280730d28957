namespace Cierre.Tool.Bench;

/// <summary>What to do to a server.</summary>
/// <param name="Depth">The most messages in flight on one connection.</param>
/// <param name="Rate">Messages a second on all connections together; null: as fast as the depth allows.</param>
/// <param name="WarmUp">How long messages pass before they count.</param>
/// <param name="Pid">The server's process, where it runs on this machine and its CPU time and memory are wanted.</param>
internal sealed record BenchSettings(
    Uri Url, int Connections, int Size, int Depth, long? Rate, TimeSpan Duration, TimeSpan WarmUp, WebSocketMessageKind Kind, int? Pid,
    WebSocketClientOptions Client);
