namespace Cierre;

/// <summary>Decides what follows the end of a connection, or of an opening that failed.</summary>
/// <param name="last">How it ended.</param>
/// <param name="attempt">The attempt that would come next: 1 for the first since a connection that lasted
/// (<see cref="WebSocketReconnectOptions.StableAfter"/>).</param>
/// <returns>Stop, a delay, new credentials first, or what <see cref="CloseRecord.Reconnect"/> advises.</returns>
public delegate ReconnectDecision ReconnectPolicy(CloseRecord last, int attempt);
