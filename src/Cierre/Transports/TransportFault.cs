using System.Net;
using System.Net.Http;
using System.Net.Sockets;

namespace Cierre.Transports;

/// <summary>Tells a reset from other faults by the error codes that exceptions carry, never by their texts.</summary>
internal static class TransportFault
{
    public static TransportEnd EndOf(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown }:
                case HttpProtocolException:
                    return new TransportEnd(TransportEndKind.Reset, exception);
                // A TLS stream or an HTTP stream cut in the middle: the peer's FIN came where more was due.
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return new TransportEnd(TransportEndKind.EndOfStream, exception);
                default:
                    continue;
            }
        }

        return new TransportEnd(TransportEndKind.Fault, exception);
    }

    /// <summary>Whether a send met a reset that the peer did not announce by a FIN. The kernel tells of it once: the reader then sees an end of the
    /// stream. A reset behind a FIN is another error (EPIPE).</summary>
    public static bool IsReset(TransportEnd end)
    {
        for (Exception? e = end.Exception; e is not null; e = e.InnerException)
        {
            if (e is SocketException { SocketErrorCode: SocketError.ConnectionReset }) return true;
        }

        return false;
    }
}
