using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Cierre.Closing;
using Cierre.Transports;

namespace Cierre.Client;

/// <summary>From how an opening failed to the cause that the record names: by phase and error code, never by a message's text.</summary>
internal static class CauseOfFailure
{
    public static CloseWhy Of(Exception exception, OpeningTrace trace, string host)
    {
        return ErrorOf(exception) switch
        {
            HttpRequestError.ProxyTunnelError when (exception as HttpRequestException)?.StatusCode is { } status =>
                Why(CloseCause.ProxyFailed, exception, "ProxyStatus", trace.Dialled, (int)status),
            HttpRequestError.ProxyTunnelError => Why(CloseCause.ProxyFailed, exception, "ProxyFailed", trace.Dialled),
            HttpRequestError.SecureConnectionError => Tls(exception, trace, host),
            HttpRequestError.InvalidResponse => Why(CloseCause.BadHandshake, exception, "HttpAnswerBroken"),
            _ => ByPhase(exception, trace, host),
        };
    }

    /// <summary>Over HTTP/2 the handler throws other exceptions than over HTTP/1.1; the codes are the same.</summary>
    public static HttpRequestError ErrorOf(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: var error } => error,
        HttpIOException { HttpRequestError: var error } => error,
        _ => HttpRequestError.Unknown,
    };

    private static CloseWhy ByPhase(Exception exception, OpeningTrace trace, string host) => trace.Phase switch
    {
        OpeningPhase.NameResolution or OpeningPhase.Tcp or OpeningPhase.Proxy when trace.ThroughProxy => Why(CloseCause.ProxyFailed, exception, "ProxyFailed", trace.Dialled),
        // A dial of the application's own does both in one.
        OpeningPhase.NameResolution or OpeningPhase.Tcp when IsOfTheName(exception) => Why(CloseCause.NameNotResolved, exception, "NameNotResolved", host),
        OpeningPhase.NameResolution or OpeningPhase.Tcp => Why(CloseCause.ConnectionRefused, exception, "ConnectionRefused", trace.Dialled),
        OpeningPhase.Tls => Tls(exception, trace, host),
        _ => TransportFault.EndOf(exception).Kind == TransportEndKind.Reset
            ? Why(CloseCause.ConnectionReset, exception, "ResetBeforeAnswer")
            : Why(CloseCause.EndOfStream, exception, "ResponseEnded"),
    };

    private static bool IsOfTheName(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e is SocketException socket) return socket.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery;
        }

        return false;
    }

    private static CloseWhy Tls(Exception exception, OpeningTrace trace, string host)
    {
        if (trace.CertificateExpired is { } expired) return Why(CloseCause.TlsFailed, exception, "TlsExpired", expired.ToString("u"));
        if (trace.CertificateErrors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return Why(CloseCause.TlsFailed, exception, "TlsNameMismatch", host);
        if (trace.CertificateErrors != SslPolicyErrors.None) return Why(CloseCause.TlsFailed, exception, "TlsUntrusted", trace.ChainStatus);
        return Why(CloseCause.TlsFailed, exception, "TlsFailed", Innermost(exception));
    }

    private static string Innermost(Exception exception)
    {
        string name = exception.GetType().Name;
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e is AuthenticationException or IOException) name = e.GetType().Name;
        }

        return name;
    }

    private static CloseWhy Why(CloseCause cause, Exception exception, string key, params object[] arguments) => new(cause, new CloseDetail(key, arguments), exception);
}
