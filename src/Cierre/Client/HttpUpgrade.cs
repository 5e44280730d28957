using System.IO.Pipelines;
using System.Net;
using System.Net.Http;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Deflate;
using Cierre.Opening;
using Cierre.Protocol;
using Cierre.Telemetry;
using Cierre.Transports;

namespace Cierre.Client;

/// <summary>One opening over <see cref="SocketsHttpHandler"/>: 101 over HTTP/1.1, extended CONNECT over HTTP/2. RFC 6455 4.1, RFC 8441.</summary>
internal sealed class HttpUpgrade(Uri address, WebSocketClientOptions options, int earlyLossesBefore = 0)
{
    // Rented only when there is something to read: a connection that waits holds none. A large message takes few reads so.
    private const int ReadBuffer = 32 * 1024;

    // Nothing from here on sees the user name and the password of the URL.
    private readonly Redirects _redirects = new(UrlUserInfo.Without(address), options.Headers);
    private readonly OpeningTrace _trace = new(new OpeningClock(options.TimeProvider));
    private readonly FreshKey _key = new();
    private readonly string[] _subprotocols = [.. options.Subprotocols];
    private readonly ConnectionTelemetry _telemetry = ConnectionTelemetry.OfClient(UrlUserInfo.Without(address), options.TimeProvider);
    private readonly DeflateOptions? _compression = options.Compression is { } compression ? new DeflateOptions(compression) : null;
    private bool _lacksExtension;

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
        catch (Exception e)
        {
            // Cancelled, or code of the application's that sets up the handler.
            _telemetry.Failed(e);
            throw;
        }
    }

    /// <summary>RFC 6455 7.4.1, 1010: the 101 stands, so a closing handshake follows, bounded by the close timeout; but nobody ever gets the
    /// connection.</summary>
    private async Task<WebSocketConnectException> ClosedAsync(WebSocketConnection connection, CancellationToken cancellationToken)
    {
        CloseRecord record;
        await using (cancellationToken.UnsafeRegister(static connection => ((WebSocketConnection)connection!).Abort(), connection)
            .ConfigureAwait(false)) record = await connection.Closed.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return new WebSocketConnectException(record with { WasOpen = false, Elapsed = _trace.Clock.Elapsed, OpeningTimes = connection.OpeningTimes });
    }

    private async Task<WebSocketConnection> EstablishAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        // Held until the opening has succeeded or failed.
        using var addressLock = options.SerializeOpenings ? new AddressLock() : null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        // One handler a connection: it carries this connection's settings, and its socket is ours to end.
        var handler = new OpeningHandler(_redirects, UrlUserInfo.CredentialsOf(address), options, _trace, _key)
        {
            LockAddressesAsync = (addresses, token) => LockAddressesAsync(addressLock, addresses, token)
        };
        var invoker = new HttpMessageInvoker(handler.Create());
        try
        {
            return await RequestAsync(invoker, handler, either.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            invoker.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            if (e is WebSocketConnectException) throw;
            if (timeout.IsCancellationRequested) throw Failed(TimedOut(options.ConnectTimeout, e));
            // The handler has a limit of its own for a dial, which the application may have set.
            if (e is OperationCanceledException { InnerException: TimeoutException }) throw Failed(TimedOut(handler.DialTimeout, e));
            throw Failed(OpeningFailure.Of(e, _trace, _redirects.Url.Host));
        }
    }

    /// <summary>RFC 6455 4.1, step 2. The wait is part of the opening, and so of its one bound.</summary>
    private async ValueTask LockAddressesAsync(AddressLock? addressLock, IEnumerable<string> addresses, CancellationToken cancellationToken)
    {
        if (addressLock is null) return;
        _trace.WaitsForAddress = true;
        await addressLock.TakeAsync(addresses, cancellationToken).ConfigureAwait(false);
        _trace.WaitsForAddress = false;
    }

    /// <summary>Names the addresses that were dialled where none of them stood, and what was waited for where nothing was dialled yet.</summary>
    private EndReason TimedOut(TimeSpan limit, Exception exception) => new(
        CloseCause.ConnectTimeout,
        _trace switch
        {
            { WaitsForAddress: true } => new CloseDetail("ConnectTimeoutWaiting", limit.TotalSeconds),
            { Phase: OpeningPhase.Tcp, Attempts: { Count: > 0 } tried } => new CloseDetail("ConnectTimeoutTried", limit.TotalSeconds, tried),
            _ => new CloseDetail("ConnectTimeout", limit.TotalSeconds),
        },
        exception);

    /// <summary>Requests, and requests again where a redirect leads that is to be followed.</summary>
    private async Task<WebSocketConnection> RequestAsync(HttpMessageInvoker invoker, OpeningHandler handler, CancellationToken cancellationToken)
    {
        for (int left = handler.MaxRedirects; ; left--)
        {
            (HttpResponseMessage response, bool http2) = await SendAsync(invoker, cancellationToken).ConfigureAwait(false);
            if (left == 0 || !_redirects.TryFollow(response)) return await JudgeAsync(invoker, response, http2, cancellationToken).ConfigureAwait(false);
            response.Dispose();
        }
    }

    private async Task<(HttpResponseMessage Response, bool IsHttp2)> SendAsync(HttpMessageInvoker invoker, CancellationToken cancellationToken)
    {
        if (options.HttpVersion == HttpVersion.Version11) return await SendAsync(invoker, http2: false, cancellationToken).ConfigureAwait(false);
        try
        {
            return await SendAsync(invoker, http2: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException && SpeaksNoHttp2(e))
        {
            // The server does not speak HTTP/2, or not RFC 8441.
            return await SendAsync(invoker, http2: false, cancellationToken).ConfigureAwait(false);
        }
    }

    // A server of HTTP/1.1 answers the preface of HTTP/2 with anything, a reset included; TCP and TLS stood by then.
    private bool SpeaksNoHttp2(Exception e) =>
        _trace.Phase == OpeningPhase.Upgrade
            || OpeningFailure.ErrorOf(e) is HttpRequestError.VersionNegotiationError or HttpRequestError.ExtendedConnectNotSupported;

    private async Task<(HttpResponseMessage Response, bool IsHttp2)> SendAsync(HttpMessageInvoker invoker, bool http2, CancellationToken cancellationToken)
    {
        // A proxy is asked for a tunnel where the scheme is a WebSocket's own.
        using HttpRequestMessage request =
            RequestHeaders.CreateRequest(UrlText.AddressOf(_redirects.Url), _redirects.Headers, _subprotocols, _compression, http2);
        return (await invoker.SendAsync(request, cancellationToken).ConfigureAwait(false), http2);
    }

    private async Task<WebSocketConnection> JudgeAsync(HttpMessageInvoker invoker, HttpResponseMessage response, bool http2,
        CancellationToken cancellationToken)
    {
        try
        {
            switch (ClientHandshake.Check(Answer(response, http2), http2 ? null : _key.Last, _subprotocols, _compression, options.RequireSubprotocol))
            {
                case ClientHandshakeResult.Accepted accepted:
                    return await ConnectAsync(invoker, response, http2, accepted, cancellationToken).ConfigureAwait(false);
                case ClientHandshakeResult.Failed failed:
                    (EndReason why, HttpRefusal http) = await RefusedAnswer.ReadAsync(response, failed, options.TimeProvider, cancellationToken)
                        .ConfigureAwait(false);
                    throw Failed(why, http);
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
        Uri reached = _redirects.Url;
        Transport transport = !http2 && _trace.Handover is { } handover
            ? await TakeOverAsync(handover, stream, reached, response, invoker).ConfigureAwait(false)
            : OverHttp(stream, response, invoker, http2);
        var negotiated = new WebSocketNegotiation
        {
            Subprotocol = accepted.Subprotocol,
            Extensions = ExtensionList.Format(accepted.Extensions),
            Url = reached,
            HttpVersion = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            Terms = accepted.Deflate?.For(server: false, _compression!),
        };
        var connection = new WebSocketConnection(WebSocketRole.Client, options, transport, negotiated)
        {
            OpeningTimes = _trace.Clock.Stop(completed: true),
            ResponseHeaders = response.Headers,
        };
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

    /// <summary>The socket alone is left of the opening.</summary>
    private async Task<Transport> TakeOverAsync(HandoverStream handover, Stream stream, Uri reached, HttpResponseMessage response, HttpMessageInvoker invoker)
    {
        Transport transport = await handover.HandOverAsync(stream, options.EventLoops, reached).ConfigureAwait(false);
        response.Dispose();
        invoker.Dispose();
        return transport;
    }

    private PipeTransport OverHttp(Stream stream, HttpResponseMessage response, HttpMessageInvoker invoker, bool http2)
    {
        PipeReader input = PipeReader.Create(stream,
            new StreamPipeReaderOptions(bufferSize: ReadBuffer, minimumReadSize: ReadBuffer / 2, leaveOpen: true, useZeroByteReads: true));
        bool canHalfClose = !OpeningHandler.IsTls(_redirects.Url) && !http2;
        return new PipeTransport(input, new ClientWire(input, stream, _trace.Socket, canHalfClose, http2, response, invoker, _trace.EndOfStream));
    }

    private static OpeningResponse Answer(HttpResponseMessage response, bool http2) => new()
    {
        Status = (int)response.StatusCode,
        IsHttp2 = http2,
        HttpVersion = response.Version,
        UpgradeHeaders = Values(response, "Upgrade"),
        ConnectionHeaders = Values(response, "Connection"),
        AcceptHeaders = Values(response, "Sec-WebSocket-Accept"),
        SubprotocolHeaders = Values(response, "Sec-WebSocket-Protocol"),
        ExtensionHeaders = Values(response, "Sec-WebSocket-Extensions"),
    };

    private static string[] Values(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out System.Net.Http.Headers.HeaderStringValues values) ? [.. values] : [];

    private WebSocketConnectException Failed(EndReason why, HttpRefusal? http = null)
    {
        OpeningTimes times = _trace.Clock.Stop(completed: false);
        return new(CloseRecord.NotOpened(why, times.Total, http, times));
    }
}
