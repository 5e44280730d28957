using Cierre.Client;
using Cierre.Opening;
using Cierre.Reconnecting;

namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>Stays connected: calls the handler with one open connection after another, and ends with the record that says why there is no further one. RFC
    /// 6455 7.2.3.</summary>
    /// <remarks>
    /// <para>The end of a connection ends the call of the handler and nothing else: a <see cref="WebSocketClosedException"/> of that connection that leaves the
    /// handler, and an <see cref="OperationCanceledException"/> once its token is cancelled, are that end. Any other exception closes the connection with 1011
    /// and comes out of <see cref="KeptConnection.Completion"/>. A handler that returns leaves its connection open: what comes from then on is read and dropped
    /// until it ends, unless a receive of somebody else's waits at that moment; who reads elsewhere returns when that has ended. A handler that goes on after
    /// the end is awaited. To stop, the handler closes its connection.</para>
    /// <para>Then happens what <see cref="CloseRecord.Reconnect"/> advises, or the policy: random delays that grow with each attempt until a connection has
    /// lasted, Retry-After, another address, new credentials. The first attempt is made at once. An opening that fails is an end like any other, and
    /// <see cref="WebSocketReconnectOptions.OnEnded"/> hears of each; where advice or policy says not to try again before any connection was open, such as
    /// after 403 or 404, <see cref="WebSocketConnectException"/> is thrown.</para>
    /// <para>Leaving, by the token or by <see cref="KeptConnection.DisposeAsync"/>, closes the connection with 1000 and awaits its end, at most twice the close
    /// timeout. The handler runs on the thread pool, whatever the context of the caller.</para>
    /// <para>Nothing is queued between two connections: whether to drop a message, to fail, or to send it on the next connection is the application's choice,
    /// which alone knows whether it may arrive late or twice; a queue of its own that the handler empties does the latter.</para>
    /// </remarks>
    /// <param name="url">An absolute URL: ws, wss, or http and https, which mean the same. Without a fragment.</param>
    /// <param name="handler">Called with each connection, one call at a time. Its token is cancelled as soon as its connection closes or is lost; a receive
    /// with that token still hands out what has come, and then the end.</param>
    /// <param name="options">How to open each connection, and when to open the next; null for the defaults.</param>
    /// <param name="cancellationToken">Leaves: ends the wait, the opening, and a connection that is open; <see cref="KeptConnection.Completion"/> then throws
    /// <see cref="OperationCanceledException"/>.</param>
    /// <returns>What is running, at once: its <see cref="KeptConnection.Completion"/> has the last record, and it is asked for the connection that is open now
    /// and disposed of to leave.</returns>
    /// <exception cref="ArgumentException">As for <see cref="ConnectAsync"/>; thrown before anything is opened.</exception>
    public static KeptConnection KeepConnected(
        Uri url, Func<WebSocketConnection, CancellationToken, Task> handler, WebSocketReconnectOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        options ??= new WebSocketReconnectOptions();
        return new KeptConnection(Sequence(url, options), options.TimeProvider, handler, cancellationToken);
    }

    /// <summary>Stays connected: <c>await foreach (var connection in WebSocketConnection.KeepConnectedAsync(url))</c> gets one open connection after another.
    /// RFC 6455 7.2.3.</summary>
    /// <remarks>
    /// <para>What the body of the loop throws ends the loop, so also the <see cref="WebSocketClosedException"/> of a send on a connection that the server has
    /// closed meanwhile: a body that sends catches it. <see cref="KeepConnected"/>, which calls a handler, does so by itself.</para>
    /// <para>When the body of the loop is done with a connection, what still comes is read and dropped until it ends, unless a receive of somebody else's
    /// waits, and then what <see cref="CloseRecord.Reconnect"/> advises, or the policy: random delays that grow with each attempt until a connection has
    /// lasted, Retry-After, another address, new credentials. The first attempt is made at once. An opening that fails is an end like any other;
    /// <see cref="WebSocketReconnectOptions.OnEnded"/> hears of each, and of what follows. The sequence ends where advice or policy says not to connect again:
    /// so after a <see cref="CloseAsync(ushort, string, CancellationToken)"/> in the loop, or where it would end the same way. Where no connection was ever
    /// open, it ends with <see cref="WebSocketConnectException"/>.</para>
    /// <para>Leaving the loop, by break or by an exception, closes the connection with 1000 and awaits its end, at most twice the close timeout. Cancelling
    /// does the same at once, and the loop ends with <see cref="OperationCanceledException"/>.</para>
    /// </remarks>
    /// <param name="url">An absolute URL: ws, wss, or http and https, which mean the same. Without a fragment.</param>
    /// <param name="options">How to open each connection, and when to open the next; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the sequence: the wait, the opening, and a connection that is open.</param>
    /// <returns>The connections, each open when it is handed out.</returns>
    /// <exception cref="ArgumentException">As for <see cref="ConnectAsync"/>; thrown before the loop begins.</exception>
    public static IAsyncEnumerable<WebSocketConnection> KeepConnectedAsync(Uri url, WebSocketReconnectOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Sequence(url, options ?? new WebSocketReconnectOptions()).RunAsync(cancellationToken);

    private static ConnectionSequence Sequence(Uri url, WebSocketReconnectOptions options)
    {
        ArgumentNullException.ThrowIfNull(url);
        options.Validate();
        ValidateUrl(url);
        return new ConnectionSequence(url, options, OpenAsync);
    }
}
