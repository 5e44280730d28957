using Cierre.Transports;
using Microsoft.AspNetCore.Connections;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>Whose doing an end was that comes as an exception of Kestrel's: the peer's, or our own host's (<c>HttpContext.Abort</c>, the server's
/// shutdown, a limit of the server).</summary>
/// <remarks>
/// Kestrel ends what it cuts with <see cref="ConnectionAbortedException"/> and what the peer cut with <see cref="ConnectionResetException"/>. But
/// where a connection carries many streams it wraps the end of the connection, the peer's too, in an exception of the first kind: there somebody
/// else must know.
/// </remarks>
internal static class KestrelFault
{
    /// <summary>The end of a connection that carries one WebSocket.</summary>
    public static TransportEnd OfConnection(Exception exception, bool isCutHere) => Judge(exception, isCutHere || Has<ConnectionAbortedException>(exception));

    /// <summary>The end of a stream among others.</summary>
    /// <param name="isCutHere">Whether the whole connection was cut by this host.</param>
    public static TransportEnd OfStream(Exception exception, bool isCutHere) =>
        Judge(exception, isCutHere || IsJudgement(exception) || (Has<ConnectionAbortedException>(exception) && !Has<IOException>(exception)));

    /// <summary>Kestrel found a fault in what came over HTTP/2, or waited in vain for an answer to its ping, and ended the stream or the connection
    /// itself. The types are not public.</summary>
    private static bool IsJudgement(Exception exception) =>
        Any(exception, e => e.GetType().Name is "Http2ConnectionErrorException" or "Http2StreamErrorException");

    private static TransportEnd Judge(Exception exception, bool isCutHere)
    {
        if (Has<ConnectionResetException>(exception)) return TransportEnd.Reset(exception);
        return isCutHere ? TransportEnd.CutHere(exception) : TransportEnd.Of(exception);
    }

    private static bool Has<T>(Exception exception) => Any(exception, e => e is T);

    private static bool Any(Exception exception, Predicate<Exception> matches)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (matches(e)) return true;
        }

        return false;
    }
}
