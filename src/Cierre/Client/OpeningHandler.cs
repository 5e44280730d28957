using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Cierre.Opening;

namespace Cierre.Client;

/// <summary>Makes the HTTP handler of one opening: the application's settings, and in front of each what notes how far the opening gets.</summary>
internal sealed class OpeningHandler(Redirects redirects, NetworkCredential? credentials, WebSocketClientOptions options, OpeningTrace trace, FreshKey key)
{
    private SocketsHttpHandler? _handler;

    /// <summary>How many redirects are followed.</summary>
    public int MaxRedirects { get; private set; }

    /// <summary>The application's own limit of a dial, which the handler keeps by itself.</summary>
    public TimeSpan DialTimeout => _handler!.ConnectTimeout;

    /// <summary>Waits until nobody else connects to these addresses, where openings wait for each other. RFC 6455 4.1, step 2.</summary>
    public required Func<IEnumerable<string>, CancellationToken, ValueTask> LockAddressesAsync { get; init; }

    public static bool IsTls(Uri target) => target.Scheme is "wss" or "https";

    /// <exception cref="ArgumentException">A cookie for this address cannot be sent.</exception>
    public SocketsHttpHandler Create()
    {
        Uri url = redirects.Url;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = options.FollowRedirects };
        if (options.Credentials is { } own) (handler.Credentials, handler.DefaultProxyCredentials) = (own, own);
        if (options.Proxy is { } proxy) handler.Proxy = proxy;
        options.ConfigureTls?.Invoke(handler.SslOptions);
        options.ConfigureHandler?.Invoke(handler);
        if (handler.UseCookies) RequestHeaders.Check([new("Cookie", handler.CookieContainer.GetCookieHeader(url))]);
        (MaxRedirects, handler.AllowAutoRedirect) = (handler.AllowAutoRedirect ? handler.MaxAutomaticRedirections : 0, false);
        if (credentials is not null || (MaxRedirects > 0 && handler.Credentials is not null))
            handler.Credentials = new UrlCredentials(url, credentials, handler.Credentials);
        WatchCertificates(handler.SslOptions = TlsOptions.Copy(handler.SslOptions));
        WatchConnections(handler);
        RenewKeys(handler);
        trace.MaxHeadersLength = handler.MaxResponseHeadersLength;
        return _handler = handler;
    }

    private void WatchCertificates(SslClientAuthenticationOptions tls)
    {
        RemoteCertificateValidationCallback? theirs = tls.RemoteCertificateValidationCallback;
        tls.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            bool accepted = theirs is null
                ? errors == SslPolicyErrors.None
                : trace.Guard(nameof(tls.RemoteCertificateValidationCallback), () => theirs(sender, certificate, chain, errors));
            if (!accepted) trace.Refused(certificate, chain, errors, options.TimeProvider.GetUtcNow(), (sender as SslStream)?.TargetHostName ?? "");
            return accepted;
        };
        if (tls.LocalCertificateSelectionCallback is not { } select) return;
        tls.LocalCertificateSelectionCallback = (sender, host, local, remote, issuers) =>
            trace.Guard(nameof(tls.LocalCertificateSelectionCallback), () => select(sender, host, local, remote, issuers));
    }

    private void WatchConnections(SocketsHttpHandler handler)
    {
        Func<Uri, Uri?> proxyOf = ProxyWatch.Of(handler);
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? dial = handler.ConnectCallback;
        Func<SocketsHttpPlaintextStreamFilterContext, CancellationToken, ValueTask<Stream>>? filter = handler.PlaintextStreamFilter;
        handler.ConnectCallback = async (context, token) =>
        {
            Uri target = context.InitialRequestMessage.RequestUri ?? redirects.Url;
            // The handler's own request to a proxy has the proxy for its target.
            Uri? proxy = IsTunnel(context.InitialRequestMessage) ? target : proxyOf(target);
            trace.Begin(context.DnsEndPoint, proxy, resolves: dial is null);
            // Where a proxy, or a dial of the application's own, looks the name up, each name counts as a host of its own (RFC 6455 4.1).
            bool isNamed = proxy is not null || dial is not null;
            Uri named = IsTunnel(context.InitialRequestMessage) ? redirects.Url : target;
            if (isNamed) await LockAddressesAsync([$"{named.IdnHost}:{named.Port}"], token).ConfigureAwait(false);
            Stream stream = dial is null
                ? await DialAsync(context.DnsEndPoint, isNamed, token).ConfigureAwait(false)
                : await trace.GuardAsync(nameof(handler.ConnectCallback), () => dial(context, token)).ConfigureAwait(false);
            trace.Socket = (stream as NetworkStream)?.Socket;
            // What stands in between, TLS or a proxy's tunnel or the application's own stream, keeps the socket.
            if (proxy is null && filter is null && !IsTls(target) && stream.GetType() == typeof(NetworkStream))
                stream = trace.Handover = new HandoverStream((NetworkStream)stream);
            trace.Phase = proxy is not null ? OpeningPhase.Proxy : IsTls(target) ? OpeningPhase.Tls : OpeningPhase.Upgrade;
            return stream;
        };
        handler.PlaintextStreamFilter = async (context, token) =>
        {
            // Behind TLS, where there is any; but not yet behind a tunnel.
            bool tunnels = IsTunnel(context.InitialRequestMessage);
            if (tunnels) trace.ProxyReached = true;
            else trace.Phase = OpeningPhase.Upgrade;
            Stream stream = filter is null
                ? context.PlaintextStream
                : await trace.GuardAsync(nameof(handler.PlaintextStreamFilter), () => filter(context, token)).ConfigureAwait(false);
            if (context.NegotiatedHttpVersion == HttpVersion.Version20) return trace.EndOfStream = new EndOfStreamWatch(stream);
            return !tunnels && context.PlaintextStream is SslStream tls ? new NotifyingTlsStream(stream, tls) : stream;
        };
    }

    private void RenewKeys(SocketsHttpHandler handler)
    {
        HeaderEncodingSelector<HttpRequestMessage>? theirs = handler.RequestHeaderEncodingSelector;
        handler.RequestHeaderEncodingSelector = (name, request) =>
            name.Equals(OpeningHeaders.Key, StringComparison.OrdinalIgnoreCase) ? key : theirs?.Invoke(name, request);
    }

    /// <summary>The handler's own request to a proxy; ours over HTTP/2 is a CONNECT that names its protocol.</summary>
    private static bool IsTunnel(HttpRequestMessage request) => request.Method == HttpMethod.Connect && request.Headers.Protocol is null;

    private async ValueTask<Stream> DialAsync(DnsEndPoint endPoint, bool isLocked, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await options.Dialer.Resolve(Dialer.Plain(endPoint.Host), cancellationToken).ConfigureAwait(false);
        IEnumerable<string> endPoints = addresses.Select(address => new IPEndPoint(address, endPoint.Port).ToString());
        if (!isLocked) await LockAddressesAsync(endPoints, cancellationToken).ConfigureAwait(false);
        return await new AddressRace(options.Dialer.Connect, trace, options.TimeProvider).RunAsync(addresses, endPoint.Port, cancellationToken)
            .ConfigureAwait(false);
    }
}
