using System.Text.Json;
using Cierre.Closing;
using Cierre.Receiving;
using Cierre.Telemetry;
using Cierre.Transports;

namespace Cierre.Connections;

/// <summary>What those who host a connection may do to it and its application may not: a server's endpoint, the browser's socket.</summary>
/// <remarks>It stands beside <see cref="WebSocketConnection"/> and over its driver; it is a value, so that it costs nothing.</remarks>
internal readonly partial struct ConnectionControl
{
    private readonly WebSocketConnection _connection;

    private ConnectionControl(WebSocketConnection connection) => _connection = connection;

    /// <summary>Whether a send would still be taken.</summary>
    public bool TakesSends => Driver.TakesSends;

    /// <summary>Whether data waits to be sent, or is on its way to the operating system.</summary>
    public bool IsSending => Driver.Sending.IsSending;

    /// <summary>Whether the end is known; <see cref="WebSocketConnection.Closed"/> completes behind that.</summary>
    public bool IsOver => Core.IsOver;

    /// <summary>How many bytes of messages the operating system has taken so far.</summary>
    public long PayloadTaken => Driver.Sending.Flusher.PayloadTaken;

    /// <inheritdoc cref="Transports.Transport.IsIndependent"/>
    public bool IsIndependent => Driver.Transport.IsIndependent;

    private ConnectionCore Core => _connection.Core;

    private ConnectionDriver Driver => _connection.Driver;

    public static ConnectionControl Of(WebSocketConnection connection) => new(connection);

    /// <summary>A server's connection that is not open yet: for those who are given it with the request's values.</summary>
    public static WebSocketConnection Create(WebSocketNegotiation negotiated) => new(negotiated);

    /// <summary>A copy of options for a connection that is read in pieces, and whose close is answered, by a caller of System.Net.WebSockets.</summary>
    /// <inheritdoc cref="WebSocketConnectionOptions.ReadByHand" path="/param"/>
    public static WebSocketConnectionOptions OptionsByHand(WebSocketConnectionOptions options, TimeSpan pingInterval, TimeSpan? pingTimeout = null)
    {
        var copy = new WebSocketConnectionOptions(options);
        copy.ReadByHand(pingInterval, pingTimeout);
        return copy;
    }

    /// <inheritdoc cref="WebSocketHandshakeResult.WithAnySubprotocol"/>
    public static WebSocketHandshakeResult WithAnySubprotocol(WebSocketHandshakeResult handshake, string subprotocol) =>
        handshake.WithAnySubprotocol(subprotocol);

    /// <summary>Why a stream that carries a connection ended, for who follows one that is not ours.</summary>
    public static EndReason ReasonOf(TransportEnd end) => TransportEndReason.Of(end);

    /// <summary>Opens a connection that was created, over the stream that the handshake was answered on.</summary>
    /// <param name="guard">Asked about what comes; null: nobody.</param>
    /// <param name="callbackFailed">Told of what code of the application's threw that nobody awaits.</param>
    public void Open(WebSocketConnectionOptions options, Transport transport, MessageGuard? guard, Action<Exception>? callbackFailed)
    {
        _connection.Open(WebSocketRole.Server, options, transport);
        Driver.Receiving.Guard = guard;
        Driver.CallbackFailed = callbackFailed;
    }

    /// <summary>Begins to read.</summary>
    /// <param name="telemetry">Null: nothing is measured.</param>
    public void Start(ConnectionTelemetry? telemetry) => _connection.Start(telemetry);

    /// <summary>The run of an endpoint's handler. Once it is over, how it ended is why the connection closes, whoever is first to say so.</summary>
    public void RunBy(Task handler) => _connection.Handler = handler;

    /// <inheritdoc cref="SystemNet.WebSocketAdapter.Farewell"/>
    public void SetFarewell(Func<(CloseFrame Frame, EndReason Why)?> farewell) => ((SystemNet.WebSocketAdapter)_connection.AsWebSocket()).Farewell = farewell;

    /// <summary>Closes for a rule that the peer broke, by an ordinary closing handshake.</summary>
    public void Close(Violation violation) => Core.BeginClose(violation);

    /// <summary>Begins an ordinary closing handshake behind the messages already sent; no move where a close was begun before.</summary>
    /// <param name="takeBack">Whether what waits to be sent, and has not begun, is dropped.</param>
    public void Close(CloseFrame frame, EndReason reason, bool takeBack = false) => Core.BeginClose(frame, reason, takeBack);

    /// <summary>Closes once what the peer has sent by now is answered.</summary>
    public void Drain(CloseFrame frame, EndReason reason) => Core.BeginDrain(frame, reason);

    /// <summary>Ends at once: nothing is sent.</summary>
    public void Abort(EndReason reason) => Core.Abort(reason);

    /// <summary>Whether the exception came of a message of the peer's whose JSON did not parse.</summary>
    public bool SentUnreadable(JsonException exception) => Core.Receiver.SentUnreadable(exception);

    /// <summary>The token that says that this connection ends says nothing to those who wait for that end: instead of it there is none.</summary>
    public CancellationToken Foreign(CancellationToken token) => Core.Foreign(token);

    /// <summary>Another token that is cancelled with that of the connection's own end, in whose place a handler has it.</summary>
    public void SetHandlerToken(CancellationToken token) => Core.ClosingOfHandler = token;

    /// <summary>Tells whenever the operating system has taken some of a message, on whatever thread that is.</summary>
    public void TellTaken(Action taken) => Driver.Sending.Flusher.PayloadWasTaken = taken;
}
