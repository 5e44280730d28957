namespace Cierre.Browser;

/// <summary>WHATWG WebSockets 7, garbage collection: which sockets stay alive although nobody refers to them.</summary>
internal static class SocketRoot
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<WebSocket> Rooted = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether a socket must not be collected.</summary>
    /// <param name="hasListener">Whether there are listeners for events of a type.</param>
    /// <param name="isAwaited">Whether a task was handed out that still has to complete.</param>
    public static bool IsNeeded(ushort readyState, Func<string, bool> hasListener, bool isAwaited, long bufferedAmount) => readyState switch
    {
        WebSocket.CONNECTING when hasListener("open") || hasListener("message") || hasListener("error") || hasListener("close") => true,
        WebSocket.OPEN when hasListener("message") || hasListener("error") || hasListener("close") => true,
        WebSocket.CLOSING when hasListener("error") || hasListener("close") => true,
        WebSocket.CLOSED => false,
        _ => isAwaited || bufferedAmount != 0,
    };

    public static void Keep(WebSocket socket, bool needed)
    {
        lock (Gate)
        {
            if (needed) Rooted.Add(socket);
            else Rooted.Remove(socket);
        }
    }
}
