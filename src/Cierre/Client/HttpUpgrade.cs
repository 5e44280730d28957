using System.IO.Pipelines;
using System.Net;
using System.Net.Http;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Deflate;
using Cierre.Opening;
using Cierre.Telemetry;
using Cierre.Transports;

namespace Cierre.Client;

/// <summary>One opening over <see cref="SocketsHttpHandler"/>: 101 over HTTP/1.1, extended CONNECT over HTTP/2. RFC 6455 4.1, RFC 8441.</summary>
internal sealed class HttpUpgrade(Uri address, WebSocketClientOptions options, int earlyLossesBefore = 0)
{
    // Rented only when there is something to read: a connection that waits holds none. A large message takes few reads so.
    private const int ReadBuffer = 32 * 1024;

    // Nothing from here on sees the user name and the password of the URL.
    private readonly Uri _url = UrlUserInfo.Without(address);
    private readonly OpeningTrace _trace = new(new OpeningClock(options.TimeProvider));
    private readonly FreshKey _key = new();
    private readonly string[] _subprotocols = [.. options.Subprotocols];
    private readonly ConnectionTelemetry _telemetry = ConnectionTelemetry.OfClient(UrlUserInfo.Without(address), options.TimeProvider);
    private readonly DeflateOptions? _compression = options.Compression?.Copy();
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

    /// <summary>RFC 6455 7.4.1, 1010: the 101 stands, so a closing handshake follows, bounded by the close timeout; but nobody ever gets the connection.</summary>
    private async Task<WebSocketConnectException> ClosedAsync(WebSocketConnection connection, CancellationToken cancellationToken)
    {
        CloseRecord record;
        await using (cancellationToken.UnsafeRegister(static connection => ((WebSocketConnection)connection!).Abort(), connection).ConfigureAwait(false)) record = await connection.Closed.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return new WebSocketConnectException(record with { WasOpen = false, Elapsed = _trace.Clock.Elapsed, OpeningTimes = connection.OpeningTimes });
    }

    private async Task<WebSocketConnection> EstablishAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        // Held until the opening has succeeded or failed.
        using var turn = options.SerializeOpenings ? new OpeningTurn() : null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        // One handler a connection: it carries this connection's settings, and its socket is ours to end.
        var handler = new OpeningHandler(_url, UrlUserInfo.CredentialsOf(address), options, _trace, _key) { TakeTurnAsync = (addresses, token) => TakeTurnAsync(turn, addresses, timeout, token) };
        var invoker = new HttpMessageInvoker(handler.Create());
        try
        {
            return await RequestAsync(invoker, either.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            invoker.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            if (e is WebSocketConnectException) throw;
            if (timeout.IsCancellationRequested) throw Failed(TimedOut(options.ConnectTimeout, e));
            // The handler has a limit of its own for a dial, which the application may have set.
            if (e is OperationCanceledException { InnerException: TimeoutException }) throw Failed(TimedOut(handler.DialTimeout, e));
            throw Failed(CauseOfFailure.Of(e, _trace, _url.Host));
        }
    }

    /// <summary>RFC 6455 4.1, step 2. The wait is bounded by the timeouts of those before, and not part of ours.</summary>
    private async ValueTask TakeTurnAsync(OpeningTurn? turn, IEnumerable<string> addresses, CancellationTokenSource timeout, CancellationToken cancellationToken)
    {
        if (turn is null) return;
        timeout.CancelAfter(Timeout.InfiniteTimeSpan);
        await turn.TakeAsync(addresses, cancellationToken).ConfigureAwait(false);
        timeout.CancelAfter(options.ConnectTimeout);
    }

    /// <summary>Names the addresses that were dialled where none of them stood.</summary>
    private CloseWhy TimedOut(TimeSpan limit, Exception exception) => new(
        CloseCause.ConnectTimeout,
        _trace is { Phase: OpeningPhase.Tcp, Attempts: { Count: > 0 } tried }
            ? new CloseDetail("ConnectTimeoutTried", limit.TotalSeconds, tried)
            : new CloseDetail("ConnectTimeout", limit.TotalSeconds),
        exception);

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
        using HttpRequestMessage request = RequestHeaders.CreateRequest(_url, options, _subprotocols, _compression, http2);
        HttpResponseMessage response = await invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            switch (ClientHandshake.Check(Answer(response, http2), http2 ? null : _key.Last, _subprotocols, _compression, options.RequireSubprotocol))
            {
                case ClientHandshakeResult.Accepted accepted:
                    return await ConnectAsync(invoker, response, http2, accepted, cancellationToken).ConfigureAwait(false);
                case ClientHandshakeResult.Failed failed:
                    (CloseWhy why, HttpRefusal http) = await RefusedAnswer.ReadAsync(response, failed, options.TimeProvider, cancellationToken).ConfigureAwait(false);
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
        Uri reached = UrlUserInfo.Without(response.RequestMessage?.RequestUri ?? _url);
        PipeReader input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBuffer, minimumReadSize: ReadBuffer / 2, leaveOpen: true, useZeroByteReads: true));
        var wire = new ClientWire(input, stream, _trace.Socket, canHalfClose: !OpeningHandler.IsTls(reached) && !http2, http2, response, invoker, _trace.Ends);
        var info = new OpeningInfo(
            accepted.Subprotocol,
            ExtensionList.Format(accepted.Extensions),
            reached,
            http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            accepted.Deflate?.For(server: false, _compression!),
            _trace.Clock.Stop(completed: true),
            response.Headers);
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

    private static OpeningResponse Answer(HttpResponseMessage response, bool http2) => new()
    {
        Status = (int)response.StatusCode,
        IsHttp2 = http2,
        HttpVersion = response.Version,
        Upgrade = Values(response, "Upgrade"),
        Connection = Values(response, "Connection"),
        Accept = Values(response, "Sec-WebSocket-Accept"),
        Subprotocols = Values(response, "Sec-WebSocket-Protocol"),
        Extensions = Values(response, "Sec-WebSocket-Extensions"),
    };

    private static string[] Values(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out System.Net.Http.Headers.HeaderStringValues values) ? [.. values] : [];

    private WebSocketConnectException Failed(CloseWhy why, HttpRefusal? http = null)
    {
        OpeningTimes times = _trace.Clock.Stop(completed: false);
        return new(CloseRecord.NotOpened(why, times.Total, http, times));
    }
}
