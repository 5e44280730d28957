using System.IO.Pipelines;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Opening;
using Cierre.Transports;

namespace Cierre.Client;

/// <summary>One opening over <see cref="SocketsHttpHandler"/>: 101 over HTTP/1.1, extended CONNECT over HTTP/2. RFC 6455 4.1, RFC 8441.</summary>
internal sealed class HttpUpgrade(Uri url, WebSocketClientOptions options)
{
    private const int ReadBuffer = 8 * 1024;
    private const int QuotedBody = 200;

    private readonly OpeningTrace _trace = new();
    private readonly long _begun = options.TimeProvider.GetTimestamp();
    private readonly string[] _subprotocols = [.. options.Subprotocols];

    private TimeSpan Elapsed => options.TimeProvider.GetElapsedTime(_begun);

    private bool IsTls => url.Scheme is "wss";

    public async Task<WebSocketConnection> OpenAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        // One handler a connection: it carries this connection's settings, and its socket is ours to end.
        var invoker = new HttpMessageInvoker(CreateHandler());
        try
        {
            return await RequestAsync(invoker, either.Token);
        }
        catch (Exception e)
        {
            invoker.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            if (timeout.IsCancellationRequested) throw Failed(new CloseWhy(CloseCause.ConnectTimeout, new CloseDetail("ConnectTimeout", options.ConnectTimeout.TotalSeconds), e));
            if (e is WebSocketConnectException) throw;
            throw Failed(CauseOfFailure.Of(e, _trace, url.Host));
        }
    }

    private async Task<WebSocketConnection> RequestAsync(HttpMessageInvoker invoker, CancellationToken cancellationToken)
    {
        if (options.HttpVersion == HttpVersion.Version11) return await RequestAsync(invoker, http2: false, cancellationToken);
        try
        {
            return await RequestAsync(invoker, http2: true, cancellationToken);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.VersionNegotiationError or HttpRequestError.ExtendedConnectNotSupported
            or HttpRequestError.HttpProtocolError or HttpRequestError.InvalidResponse or HttpRequestError.ResponseEnded)
        {
            // The server does not speak HTTP/2, or not RFC 8441.
            return await RequestAsync(invoker, http2: false, cancellationToken);
        }
    }

    private async Task<WebSocketConnection> RequestAsync(HttpMessageInvoker invoker, bool http2, CancellationToken cancellationToken)
    {
        string? key = http2 ? null : WebSocketKey.Create();
        using HttpRequestMessage request = CreateRequest(key, http2);
        HttpResponseMessage response = await invoker.SendAsync(request, cancellationToken);
        try
        {
            switch (ClientHandshake.Check(Answer(response, http2), key, _subprotocols, [], options.RequireSubprotocol))
            {
                case ClientHandshakeResult.Accepted accepted:
                    return await ConnectAsync(invoker, response, http2, accepted, cancellationToken);
                case ClientHandshakeResult.Failed failed:
                    throw await RefusedAsync(response, failed, cancellationToken);
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
        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        PipeReader input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBuffer, minimumReadSize: ReadBuffer / 2, leaveOpen: true));
        var wire = new ClientWire(input, stream, _trace.Socket, canHalfClose: !IsTls && !http2, http2, response, invoker);
        var info = new OpeningInfo(
            accepted.Subprotocol, accepted.ExtensionsText, response.RequestMessage?.RequestUri ?? url, http2 ? HttpVersion.Version20 : HttpVersion.Version11);
        var connection = new WebSocketConnection(Protocol.Role.Client, options, new PipeTransport(input, wire), info);
        connection.Start();
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

        foreach ((string name, string value) in ClientHandshake.CreateRequestHeaders(key, _subprotocols, [], http2))
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
            _trace.Certificate(certificate, chain, errors, options.TimeProvider.GetUtcNow());
            return theirs?.Invoke(sender, certificate, chain, errors) ?? errors == SslPolicyErrors.None;
        };
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? dial = handler.ConnectCallback;
        handler.ConnectCallback = async (context, token) =>
        {
            Begin(context.DnsEndPoint);
            Stream stream = dial is null ? await DialAsync(context.DnsEndPoint, token) : await dial(context, token);
            _trace.Socket = (stream as NetworkStream)?.Socket;
            _trace.Phase = _trace.ThroughProxy ? OpeningPhase.Proxy : IsTls ? OpeningPhase.Tls : OpeningPhase.Http;
            return stream;
        };
        Func<SocketsHttpPlaintextStreamFilterContext, CancellationToken, ValueTask<Stream>>? filter = handler.PlaintextStreamFilter;
        handler.PlaintextStreamFilter = (context, token) =>
        {
            // Behind TLS, where there is any.
            _trace.Phase = OpeningPhase.Http;
            return filter?.Invoke(context, token) ?? ValueTask.FromResult(context.PlaintextStream);
        };
        return handler;
    }

    private void Begin(DnsEndPoint endPoint)
    {
        _trace.Phase = OpeningPhase.NameResolution;
        _trace.Dialled = $"{endPoint.Host}:{endPoint.Port}";
        int port = url.Port > 0 ? url.Port : IsTls ? 443 : 80;
        _trace.ThroughProxy = endPoint.Port != port || !endPoint.Host.Equals(url.IdnHost, StringComparison.OrdinalIgnoreCase);
    }

    private async ValueTask<Stream> DialAsync(DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(endPoint.Host, cancellationToken);
        _trace.Phase = OpeningPhase.Tcp;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, endPoint.Port, cancellationToken);
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
        byte[] body = switched ? [] : await ReadStartAsync(response, cancellationToken);
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
        try
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            int length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
            return body[..length];
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The status is the news; a body that breaks off adds nothing.
            return [];
        }
    }

    private static string Quote(byte[] body)
    {
        string text = UntrustedText.Escape(Encoding.UTF8.GetString(body));
        return text.Length <= QuotedBody ? text : text[..QuotedBody];
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

    private WebSocketConnectException Failed(CloseWhy why, HttpRefusal? http = null) => new(CloseRecord.NotOpened(why, Elapsed, http));
}
