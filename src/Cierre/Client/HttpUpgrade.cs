using System.IO.Pipelines;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Deflate;
using Cierre.Opening;
using Cierre.Telemetry;
using Cierre.Transports;

namespace Cierre.Client;

/// <summary>One opening over <see cref="SocketsHttpHandler"/>: 101 over HTTP/1.1, extended CONNECT over HTTP/2. RFC 6455 4.1, RFC 8441.</summary>
internal sealed class HttpUpgrade(Uri url, WebSocketClientOptions options, int earlyLossesBefore = 0)
{
    // Rented only when there is something to read: a connection that waits holds none. A large message takes few reads so.
    private const int ReadBuffer = 32 * 1024;
    private const int QuotedBody = 200;

    private readonly OpeningTrace _trace = new(new OpeningClock(options.TimeProvider));
    private readonly string[] _subprotocols = [.. options.Subprotocols];
    private readonly ConnectionTelemetry _telemetry = ConnectionTelemetry.OfClient(url, options.TimeProvider);
    private readonly DeflateOptions? _compression = options.Compression?.Copy();
    private bool _lacksExtension;

    private static bool IsTls(Uri target) => target.Scheme is "wss" or "https";

    public async Task<WebSocketConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            WebSocketConnection connection = await EstablishAsync(cancellationToken).ConfigureAwait(false);
            return _lacksExtension ? throw await ClosedAsync(connection, cancellationToken).ConfigureAwait(false) : connection;
        }
        catch (WebSocketConnectException e)
        {
            _telemetry.Failed(e.Record);
            throw;
        }
        catch (OperationCanceledException e)
        {
            _telemetry.Failed(e);
            throw;
        }
    }

    /// <summary>RFC 6455 7.4.1, 1010: the 101 stands, so a closing handshake follows, bounded by the close timeout; but nobody ever gets the connection.</summary>
    private async Task<WebSocketConnectException> ClosedAsync(WebSocketConnection connection, CancellationToken cancellationToken)
    {
        CloseRecord record;
        await using (cancellationToken.UnsafeRegister(static connection => ((WebSocketConnection)connection!).Abort(), connection)) record = await connection.Closed.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return new WebSocketConnectException(record with { WasOpen = false, Elapsed = _trace.Clock.Elapsed, OpeningTimes = connection.OpeningTimes });
    }

    private async Task<WebSocketConnection> EstablishAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        // One handler a connection: it carries this connection's settings, and its socket is ours to end.
        var invoker = new HttpMessageInvoker(CreateHandler());
        try
        {
            return await RequestAsync(invoker, either.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            invoker.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            if (e is WebSocketConnectException) throw;
            if (timeout.IsCancellationRequested) throw Failed(new CloseWhy(CloseCause.ConnectTimeout, new CloseDetail("ConnectTimeout", options.ConnectTimeout.TotalSeconds), e));
            throw Failed(CauseOfFailure.Of(e, _trace, url.Host));
        }
    }

    private async Task<WebSocketConnection> RequestAsync(HttpMessageInvoker invoker, CancellationToken cancellationToken)
    {
        if (options.HttpVersion == HttpVersion.Version11) return await RequestAsync(invoker, http2: false, cancellationToken).ConfigureAwait(false);
        try
        {
            return await RequestAsync(invoker, http2: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException && SpeaksNoHttp2(e))
        {
            // The server does not speak HTTP/2, or not RFC 8441.
            return await RequestAsync(invoker, http2: false, cancellationToken).ConfigureAwait(false);
        }
    }

    // A server of HTTP/1.1 answers the preface of HTTP/2 with anything, a reset included; TCP and TLS stood by then.
    private bool SpeaksNoHttp2(Exception e) =>
        _trace.Phase == OpeningPhase.Upgrade || CauseOfFailure.ErrorOf(e) is HttpRequestError.VersionNegotiationError or HttpRequestError.ExtendedConnectNotSupported;

    private async Task<WebSocketConnection> RequestAsync(HttpMessageInvoker invoker, bool http2, CancellationToken cancellationToken)
    {
        string? key = http2 ? null : WebSocketKey.Create();
        using HttpRequestMessage request = CreateRequest(key, http2);
        HttpResponseMessage response = await invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            switch (ClientHandshake.Check(Answer(response, http2), key, _subprotocols, _compression, options.RequireSubprotocol))
            {
                case ClientHandshakeResult.Accepted accepted:
                    return await ConnectAsync(invoker, response, http2, accepted, cancellationToken).ConfigureAwait(false);
                case ClientHandshakeResult.Failed failed:
                    throw await RefusedAsync(response, failed, cancellationToken).ConfigureAwait(false);
                default:
                    throw new InvalidOperationException("The check of the handshake is neither accepted nor failed.");
            }
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<WebSocketConnection> ConnectAsync(
        HttpMessageInvoker invoker, HttpResponseMessage response, bool http2, ClientHandshakeResult.Accepted accepted, CancellationToken cancellationToken)
    {
        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        Uri reached = response.RequestMessage?.RequestUri ?? url;
        PipeReader input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBuffer, minimumReadSize: ReadBuffer / 2, leaveOpen: true, useZeroByteReads: true));
        var wire = new ClientWire(input, stream, _trace.Socket, canHalfClose: !IsTls(reached) && !http2, http2, response, invoker);
        var info = new OpeningInfo(
            accepted.Subprotocol, ExtensionList.Format(accepted.Extensions), reached, http2 ? HttpVersion.Version20 : HttpVersion.Version11, accepted.Deflate?.For(server: false, _compression!), _trace.Clock.Stop(completed: true));
        var connection = new WebSocketConnection(Protocol.Role.Client, options, new PipeTransport(input, wire), info);
        connection.Driver.EarlyLossesBefore = earlyLossesBefore;
        if (RequiredExtensions.Check(options.RequiredExtensions, accepted.Extensions) is (var frame, var why))
        {
            // Before anything is read: whatever the server sends, a close frame included, comes after our decision.
            _lacksExtension = true;
            connection.Driver.BeginClose(frame, why);
        }

        // One that nobody gets is an opening that failed.
        connection.Start(_lacksExtension ? null : _telemetry);
        return connection;
    }

    private HttpRequestMessage CreateRequest(string? key, bool http2)
    {
        var request = new HttpRequestMessage(http2 ? HttpMethod.Connect : HttpMethod.Get, url)
        {
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (http2) request.Headers.Protocol = "websocket";
        foreach ((string name, string value) in options.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        foreach ((string name, string value) in ClientHandshake.CreateRequestHeaders(key, _subprotocols, _compression, http2))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = options.FollowRedirects };
        options.ConfigureHandler?.Invoke(handler);
        RemoteCertificateValidationCallback? theirs = handler.SslOptions.RemoteCertificateValidationCallback;
        handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            bool accepted = theirs?.Invoke(sender, certificate, chain, errors) ?? errors == SslPolicyErrors.None;
            if (!accepted) _trace.Refused(certificate, chain, errors, options.TimeProvider.GetUtcNow());
            return accepted;
        };
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? dial = handler.ConnectCallback;
        Func<SocketsHttpPlaintextStreamFilterContext, CancellationToken, ValueTask<Stream>>? filter = handler.PlaintextStreamFilter;
        handler.ConnectCallback = async (context, token) =>
        {
            Uri target = context.InitialRequestMessage.RequestUri ?? url;
            bool tunnels = IsTunnel(context.InitialRequestMessage);
            _trace.Begin(context.DnsEndPoint, target, tunnels, resolves: dial is null);
            Stream stream = dial is null ? await DialAsync(context.DnsEndPoint, token).ConfigureAwait(false) : await dial(context, token).ConfigureAwait(false);
            _trace.Socket = (stream as NetworkStream)?.Socket;
            _trace.Phase = _trace.ThroughProxy ? OpeningPhase.Proxy : IsTls(target) ? OpeningPhase.Tls : OpeningPhase.Upgrade;
            return stream;
        };
        handler.PlaintextStreamFilter = (context, token) =>
        {
            // Behind TLS, where there is any; but not yet behind a tunnel.
            if (!IsTunnel(context.InitialRequestMessage)) _trace.Phase = OpeningPhase.Upgrade;
            return filter?.Invoke(context, token) ?? ValueTask.FromResult(context.PlaintextStream);
        };
        return handler;
    }

    /// <summary>The handler's own request to a proxy; ours over HTTP/2 is a CONNECT that names its protocol.</summary>
    private static bool IsTunnel(HttpRequestMessage request) => request.Method == HttpMethod.Connect && request.Headers.Protocol is null;

    private async ValueTask<Stream> DialAsync(DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(endPoint.Host, cancellationToken).ConfigureAwait(false);
        _trace.Phase = OpeningPhase.Tcp;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, endPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<WebSocketConnectException> RefusedAsync(HttpResponseMessage response, ClientHandshakeResult.Failed failed, CancellationToken cancellationToken)
    {
        bool switched = response.StatusCode == HttpStatusCode.SwitchingProtocols;
        byte[] body = switched ? [] : await ReadStartAsync(response, cancellationToken).ConfigureAwait(false);
        var http = new HttpRefusal(response.StatusCode, [.. Headers(response)], body);
        CloseCause cause = failed.Kind == HandshakeFailureKind.HttpStatus ? CloseCause.HttpStatus : CloseCause.BadHandshake;
        CloseDetail detail = cause == CloseCause.HttpStatus && body.Length > 0
            ? new CloseDetail("HttpStatus", (int)response.StatusCode, Quote(body))
            : new CloseDetail(failed.Sentence.Key == "HttpStatus" ? "HttpStatusOnly" : failed.Sentence.Key, failed.Sentence.Arguments);
        return Failed(new CloseWhy(cause, detail), http);
    }

    private static async Task<byte[]> ReadStartAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] body = new byte[HttpRefusal.MaxBodyBytes];
        int length = 0;
        try
        {
            Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using ConfiguredAsyncDisposable end = stream.ConfigureAwait(false);
            int count;
            while (length < body.Length && (count = await stream.ReadAsync(body.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0) length += count;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status is the news; what came of a body that breaks off, or does not end, is enough.
        }

        return body[..length];
    }

    private static string Quote(byte[] body)
    {
        string text = UntrustedText.Escape(Encoding.UTF8.GetString(body));
        if (text.Length <= QuotedBody) return text;
        return text[..(char.IsHighSurrogate(text[QuotedBody - 1]) ? QuotedBody - 1 : QuotedBody)];
    }

    private static OpeningResponse Answer(HttpResponseMessage response, bool http2) => new()
    {
        Status = (int)response.StatusCode,
        IsHttp2 = http2,
        Upgrade = Values(response, "Upgrade"),
        Connection = Values(response, "Connection"),
        Accept = Values(response, "Sec-WebSocket-Accept"),
        Subprotocols = Values(response, "Sec-WebSocket-Protocol"),
        Extensions = Values(response, "Sec-WebSocket-Extensions"),
    };

    private static string[] Values(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out System.Net.Http.Headers.HeaderStringValues values) ? [.. values] : [];

    private static IEnumerable<KeyValuePair<string, string>> Headers(HttpResponseMessage response)
    {
        foreach (var header in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            foreach (string value in header.Value) yield return new KeyValuePair<string, string>(header.Key, value);
        }
    }

    private WebSocketConnectException Failed(CloseWhy why, HttpRefusal? http = null)
    {
        OpeningTimes times = _trace.Clock.Stop(completed: false);
        return new(CloseRecord.NotOpened(why, times.Total, http, times));
    }
}
