using System.Net.Sockets;
using Cierre.Closing;
using Cierre.Transports;

namespace Cierre.Connections;

/// <summary>From how an open connection's transport ended to the cause that the record names: the evidence, one switch.</summary>
internal static class TransportEndReason
{
    public static EndReason Of(TransportEnd end) => end.Kind switch
    {
        TransportEndKind.EndOfStream => new EndReason(CloseCause.EndOfStream, new CloseDetail("EndOfStream"), end.Exception),
        TransportEndKind.Reset => new EndReason(CloseCause.ConnectionReset, new CloseDetail("ConnectionReset", ErrorName(end.Exception)), end.Exception),
        TransportEndKind.Closed => EndReason.Aborted,
        TransportEndKind.CutHere => new EndReason(CloseCause.Aborted, new CloseDetail("HostCut"), end.Exception),
        _ => new EndReason(CloseCause.ConnectionReset, new CloseDetail("TransportFailed", ErrorName(end.Exception)), end.Exception),
    };

    private static object ErrorName(Exception? exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e is SocketException socket) return socket.SocketErrorCode.ToString();
            if (e is HttpProtocolException http) return new CloseDetail("Http2Error", http.ErrorCode);
        }

        return exception?.GetType().Name ?? "";
    }
}
