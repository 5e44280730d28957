using System.Net.Http;
using System.Net.Security;
using Cierre.Closing;

namespace Cierre.Client;

/// <summary>How a proxy failed: not found, not reached, unwilling, or gone. An answer of HTTP's has a status; what a SOCKS proxy said is in the exception
/// alone, and quoted.</summary>
internal static class ProxyFailure
{
    /// <summary>Null: nothing says that it was the proxy. The way stood and TLS with the server behind it failed, or what was thrown is no fault of the
    /// network.</summary>
    public static EndReason? Of(Exception exception, OpeningTrace trace) => (OpeningFailure.ErrorOf(exception), trace.Phase) switch
    {
        (HttpRequestError.ProxyTunnelError, _) when exception is HttpRequestException { StatusCode: { } status } =>
            Why(exception, "ProxyStatus", trace.Dialled, (int)status),
        (HttpRequestError.ProxyTunnelError, _) => Why(exception, "ProxyRefused", trace.Dialled, OpeningFailure.Quote(exception)),
        (HttpRequestError.SecureConnectionError, _) when trace is { Proxy.Scheme: "https", ProxyReached: false } =>
            Why(exception, "ProxyTls", trace.Dialled, OfTls(exception, trace)),
        (HttpRequestError.SecureConnectionError, _) => null,
        (HttpRequestError.InvalidResponse, _) => Why(exception, "ProxyAnswerBroken", trace.Dialled),
        (_, OpeningPhase.NameResolution or OpeningPhase.Tcp) when OpeningFailure.IsOfTheName(exception) => Why(exception, "ProxyNotResolved", trace.Dialled),
        (HttpRequestError.Unknown, _) when trace.Attempts.Count == 0 && !OpeningFailure.HasNetworkFault(exception) => null,
        (_, OpeningPhase.NameResolution or OpeningPhase.Tcp) =>
            Why(exception, "ProxyFailed", trace.Dialled, trace.Attempts.Count > 0 ? trace.Attempts : OpeningFailure.Quote(exception)),
        _ when OpeningFailure.IsReset(exception) => Why(exception, "ProxyReset", trace.Dialled),
        _ when OpeningFailure.IsEndOfStream(exception) => Why(exception, "ProxyEnded", trace.Dialled),
        _ => Why(exception, "ProxyRefused", trace.Dialled, OpeningFailure.Quote(exception)),
    };

    private static string OfTls(Exception exception, OpeningTrace trace) =>
        trace.CertificateErrors != SslPolicyErrors.None ? trace.CertificateErrors.ToString()
        : TlsAlert.Of(exception) is { } alert ? TlsAlert.Describe(alert)
        : OpeningFailure.Quote(exception);

    private static EndReason Why(Exception exception, string key, params object[] arguments) =>
        OpeningFailure.Why(CloseCause.ProxyFailed, exception, key, arguments);
}
