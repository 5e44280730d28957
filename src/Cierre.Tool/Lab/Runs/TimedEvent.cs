namespace Cierre.Tool.Lab.Runs;

/// <summary>One event of a browser's socket.</summary>
/// <param name="Ms">Milliseconds since the socket was made, by the browser's clock.</param>
internal sealed record TimedEvent(string Type, double Ms);
