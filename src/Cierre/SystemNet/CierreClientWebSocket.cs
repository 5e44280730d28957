using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.WebSockets;

namespace Cierre;

/// <summary>Has the members of <see cref="ClientWebSocket"/> over a connection of this library, for a source that is recompiled with
/// <c>using ClientWebSocket = Cierre.CierreClientWebSocket;</c>.</summary>
/// <remarks>What differs from the framework's class, and why, is in docs/drop-in.md. Where a program takes a factory,
/// <see cref="CierreSockets.ConnectAsync"/> is enough.</remarks>
public sealed class CierreClientWebSocket : WebSocket
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _abort = new();
    private WebSocket? _socket;
    private WebSocketState _before = WebSocketState.None;
    private bool _isDisposed;

    /// <summary>What the opening goes by, until it begins.</summary>
    public CierreClientWebSocketOptions Options { get; } = new();

    /// <summary>The connection below, once it is open; null before.</summary>
    public WebSocketConnection? Connection => _socket?.GetCierre();

    /// <inheritdoc/>
    public override WebSocketState State => _socket?.State ?? _before;

    /// <inheritdoc/>
    public override WebSocketCloseStatus? CloseStatus => _socket?.CloseStatus;

    /// <inheritdoc/>
    public override string? CloseStatusDescription => _socket?.CloseStatusDescription;

    /// <inheritdoc/>
    public override string? SubProtocol => _socket?.SubProtocol;

    /// <summary>The status of the server's answer, where <see cref="CierreClientWebSocketOptions.CollectHttpResponseDetails"/> asks for it; 0 before.</summary>
    public HttpStatusCode HttpStatusCode { get; private set; }

    /// <summary>The headers of the server's answer, where <see cref="CierreClientWebSocketOptions.CollectHttpResponseDetails"/> asks for them. They can be
    /// dropped by setting null.</summary>
    public IReadOnlyDictionary<string, IEnumerable<string>>? HttpResponseHeaders { get; set; }

    /// <summary>Opens the connection. RFC 6455 4.1.</summary>
    /// <param name="uri">An absolute URL: ws or wss, http or https.</param>
    /// <param name="cancellationToken">Gives the opening up.</param>
    /// <returns>Completes when it is open.</returns>
    /// <exception cref="ArgumentException">The URL, or what the options say, cannot be part of an opening.</exception>
    /// <exception cref="InvalidOperationException">An opening was begun before.</exception>
    /// <exception cref="ObjectDisposedException">The WebSocket is disposed.</exception>
    /// <exception cref="WebSocketException">The opening failed; its message says why, and the inner <see cref="WebSocketConnectException"/> has the
    /// record.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the WebSocket aborted.</exception>
    public Task ConnectAsync(Uri uri, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        WebSocketConnection.ValidateUrl(uri);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_before != WebSocketState.None) throw new InvalidOperationException("The WebSocket was opened before: one object is one connection.");
            _before = WebSocketState.Connecting;
        }

        return OpenAsync(uri, cancellationToken);
    }

    /// <summary>Opens the connection; a handler of the caller's cannot be used for it.</summary>
    /// <param name="uri">The URL.</param>
    /// <param name="invoker">Null.</param>
    /// <param name="cancellationToken">Gives the opening up.</param>
    /// <returns>Completes when it is open.</returns>
    /// <exception cref="NotSupportedException">There is an invoker: set up the handler with
    /// <see cref="WebSocketClientOptions.ConfigureHandler"/>.</exception>
    public Task ConnectAsync(Uri uri, HttpMessageInvoker? invoker, CancellationToken cancellationToken) => invoker is null
        ? ConnectAsync(uri, cancellationToken)
        : throw new NotSupportedException(
            $"The parameter {nameof(invoker)} is not supported, because an opening here has a handler of its own: set that up with "
            + $"{nameof(Options)}.{nameof(CierreClientWebSocketOptions.Cierre)}.{nameof(WebSocketClientOptions.ConfigureHandler)}.");

    /// <inheritdoc/>
    public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) =>
        Open.ReceiveAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        Open.ReceiveAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        Open.SendAsync(buffer, messageType, endOfMessage, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage,
        CancellationToken cancellationToken) => Open.SendAsync(buffer, messageType, endOfMessage, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, WebSocketMessageFlags messageFlags,
        CancellationToken cancellationToken) => Open.SendAsync(buffer, messageType, messageFlags, cancellationToken);

    /// <inheritdoc/>
    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        Open.CloseAsync(closeStatus, statusDescription, cancellationToken);

    /// <inheritdoc/>
    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        Open.CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    /// <inheritdoc/>
    public override void Abort()
    {
        GiveUp();
        _socket?.Abort();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }

        GiveUp();
        _socket?.Dispose();
    }

    /// <summary>An opening that is under way ends; where none was begun, none can be. No timer and no handle hang on the token's source, so nothing of it is
    /// left to dispose of.</summary>
    private void GiveUp()
    {
        lock (_gate)
        {
            if (_socket is null) _before = WebSocketState.Closed;
        }

        _abort.Cancel();
    }

    /// <exception cref="ObjectDisposedException">The WebSocket is disposed.</exception>
    /// <exception cref="InvalidOperationException">It is not open yet.</exception>
    private WebSocket Open
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _socket ?? throw new InvalidOperationException("The WebSocket is not connected.");
        }
    }

    private async Task OpenAsync(Uri uri, CancellationToken cancellationToken)
    {
        try
        {
            using var given = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _abort.Token);
            WebSocketConnection connection = await WebSocketConnection.ConnectAsync(uri, Options.Fix(), given.Token).ConfigureAwait(false);
            Keep(HttpStatusCode.SwitchingProtocols, connection.ResponseHeaders?.NonValidated
                .Select(header => (header.Key, (IEnumerable<string>)header.Value)));
            Opened(connection.AsWebSocket());
        }
        catch (WebSocketConnectException e)
        {
            Failed();
            HttpRefusal? refusal = e.Record.HttpRefusal;
            if (refusal is not null) Keep(refusal.StatusCode, refusal.Headers
                .GroupBy(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase)
                .Select(header => (header.Key, (IEnumerable<string>)[.. header])));
            throw new WebSocketException(
                refusal is null ? WebSocketError.Faulted : WebSocketError.NotAWebSocket, e.Record.Explain(CultureInfo.InvariantCulture), e);
        }
        catch
        {
            Failed();
            throw;
        }
    }

    private void Opened(WebSocket socket)
    {
        bool isLate;
        lock (_gate)
        {
            isLate = _before != WebSocketState.Connecting;
            if (!isLate) _socket = socket;
        }

        if (!isLate) return;
        socket.Abort();
        throw new OperationCanceledException(nameof(WebSocketState.Aborted));
    }

    private void Failed()
    {
        lock (_gate) _before = WebSocketState.Closed;
    }

    private void Keep(HttpStatusCode status, IEnumerable<(string Name, IEnumerable<string> Values)>? headers)
    {
        if (!Options.CollectHttpResponseDetails) return;
        HttpStatusCode = status;
        HttpResponseHeaders = headers?.ToDictionary(header => header.Name, header => header.Values, StringComparer.OrdinalIgnoreCase);
    }
}
