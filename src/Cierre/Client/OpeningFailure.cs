using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Cierre.Closing;
using Cierre.Transports;

namespace Cierre.Client;

/// <summary>From how an opening failed to the cause that the record names: by phase and error code together, never by the phase alone or a message's
/// text.</summary>
/// <remarks>What neither explains is quoted. Where nothing in it is the network's, it is the request's or the application's own, and the next attempt would end
/// the same way.</remarks>
internal static class OpeningFailure
{
    public static EndReason Of(Exception exception, OpeningTrace trace, string host)
    {
        if (trace.Thrown is { } thrown && Chain(exception).Contains(thrown.Exception)
            && OfTheApplication(exception, thrown.Option, thrown.Exception) is { } own) return own;
        bool isOnTheWayToAProxy = trace.Proxy is not null && trace.Phase != OpeningPhase.Upgrade;
        if ((isOnTheWayToAProxy || ErrorOf(exception) == HttpRequestError.ProxyTunnelError)
            && ProxyFailure.Of(exception, trace) is { } ofTheProxy) return ofTheProxy;
        return (ErrorOf(exception), trace.Phase) switch
        {
            (HttpRequestError.SecureConnectionError, _) => Tls(exception, trace, host),
            (_, OpeningPhase.NameResolution or OpeningPhase.Tcp) when trace.Dialled.Length > 0 => Dial(exception, trace, host),
            (_, OpeningPhase.Tls) when HasNetworkFault(exception) => Tls(exception, trace, host),
            _ => Upgrade(exception, trace),
        };
    }

    /// <summary>Over HTTP/2 the handler throws other exceptions than over HTTP/1.1; the codes are the same.</summary>
    public static HttpRequestError ErrorOf(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: var error } => error,
        HttpIOException { HttpRequestError: var error } => error,
        _ => HttpRequestError.Unknown,
    };

    /// <summary>What was thrown, in its own words: the innermost exception's, which is nearest to what happened.</summary>
    public static string Quote(Exception exception)
    {
        Exception innermost = Chain(exception).Last();
        return $"{innermost.GetType().Name}: {UntrustedText.Escape(innermost.Message)}";
    }

    public static EndReason Why(CloseCause cause, Exception exception, string key, params object[] arguments) =>
        new(cause, new CloseDetail(key, arguments), exception);

    public static SocketError? SocketErrorOf(Exception exception) => Chain(exception).OfType<SocketException>().FirstOrDefault()?.SocketErrorCode;

    public static bool IsOfTheName(Exception exception) =>
        SocketErrorOf(exception) is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery;

    public static bool IsReset(Exception exception) => TransportFault.EndOf(exception).Kind == TransportEndKind.Reset;

    public static bool IsEndOfStream(Exception exception) => TransportFault.EndOf(exception).Kind == TransportEndKind.EndOfStream;

    /// <summary>Whether there is a fault of a socket, a stream or TLS in it, and not of code alone.</summary>
    public static bool HasNetworkFault(Exception exception) => Chain(exception).Any(e => e is SocketException or AuthenticationException or IOException);

    /// <summary>Null: it only passes on what the network did. That is for those who dial, read and write; who judges a certificate has no part in this
    /// connection.</summary>
    private static EndReason? OfTheApplication(Exception exception, string option, Exception thrown)
    {
        bool dials = option == nameof(SocketsHttpHandler.ConnectCallback);
        bool hasTheStream = dials || option == nameof(SocketsHttpHandler.PlaintextStreamFilter);
        if (hasTheStream && Chain(thrown).Any(e => e is SocketException or AuthenticationException)) return null;
        return Why(dials && thrown is IOException ? CloseCause.ConnectionRefused : CloseCause.Aborted, exception, "ApplicationThrew", option, Quote(thrown));
    }

    private static EndReason Dial(Exception exception, OpeningTrace trace, string host)
    {
        CloseDetailList tried = trace.Attempts;
        bool isOutOfReach = SocketErrorOf(exception) is { } error && OpeningAttempt.IsOutOfReach(error);
        // A dial of the application's own resolves the name as well.
        if (IsOfTheName(exception)) return Why(CloseCause.NameNotResolved, exception, "NameNotResolved", host);
        if (tried.Count == 0 && !HasNetworkFault(exception)) return Unexplained(exception);
        if (tried.Count == 0 && !isOutOfReach) return Why(CloseCause.ConnectionRefused, exception, "NotConnected", trace.Dialled, Quote(exception));
        if (!trace.AllAreOutOfReach) return Why(CloseCause.ConnectionRefused, exception, "NotConnected", trace.Dialled, tried);
        // An address that was dialled as it stands in the URL is named already.
        return tried.Count == 0 || (tried.Count == 1 && trace.DialledIsAddress)
            ? Why(CloseCause.ConnectionRefused, exception, "ConnectionRefused", trace.Dialled)
            : Why(CloseCause.ConnectionRefused, exception, "ConnectionRefusedTried", trace.Dialled, tried);
    }

    private static EndReason Upgrade(Exception exception, OpeningTrace trace) => (ErrorOf(exception), TlsAlert.Of(exception)) switch
    {
        (_, { } alert) when TlsAlert.IsAboutOurCertificate(alert) => Why(CloseCause.TlsFailed, exception, "TlsAlert", TlsAlert.Describe(alert)),
        (_, { } alert) => Why(CloseCause.ConnectionReset, exception, "TlsEnded", TlsAlert.Describe(alert)),
        (HttpRequestError.InvalidResponse, _) => Why(CloseCause.BadHandshake, exception, "HttpAnswerBroken"),
        (HttpRequestError.ConfigurationLimitExceeded, _) =>
            Why(CloseCause.BadHandshake, exception, "HttpAnswerOverLimit", CloseDetail.Bytes(trace.MaxHeadersLength * 1024L)),
        (HttpRequestError.UserAuthenticationError, _) => Why(CloseCause.BadHandshake, exception, "OpeningFailed", Quote(exception)),
        _ when Chain(exception).OfType<HttpProtocolException>().FirstOrDefault() is { } http2 =>
            Why(CloseCause.ConnectionReset, exception, "TransportFailed", new CloseDetail("Http2Error", http2.ErrorCode)),
        _ when IsReset(exception) => Why(CloseCause.ConnectionReset, exception, "ResetBeforeAnswer"),
        _ when IsEndOfStream(exception) => Why(CloseCause.EndOfStream, exception, "ResponseEnded"),
        _ when HasNetworkFault(exception) => Why(CloseCause.ConnectionReset, exception, "OpeningFailed", Quote(exception)),
        _ => Unexplained(exception),
    };

    private static EndReason Unexplained(Exception exception) => Why(CloseCause.Aborted, exception, "OpeningFailed", Quote(exception));

    private static EndReason Tls(Exception exception, OpeningTrace trace, string host)
    {
        string name = trace.CertificateName.Length > 0 ? trace.CertificateName : host;
        if (trace.CertificateExpired is { } expired) return Why(CloseCause.TlsFailed, exception, "TlsExpired", expired.ToString("u"));
        if (trace.CertificateErrors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return Why(CloseCause.TlsFailed, exception, "TlsNameMismatch", name);
        if (trace.CertificateErrors != SslPolicyErrors.None) return Why(CloseCause.TlsFailed, exception, "TlsUntrusted", trace.ChainStatus);
        if (TlsAlert.Of(exception) is { } alert) return Why(CloseCause.TlsFailed, exception, "TlsAlert", TlsAlert.Describe(alert));
        return Why(CloseCause.TlsFailed, exception, "TlsFailed", Quote(exception));
    }

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException) yield return e;
    }
}
