using Cierre.Client;
using Cierre.Opening;
using Cierre.Reconnecting;

namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>Stays connected: <c>await foreach (var connection in WebSocketConnection.KeepConnectedAsync(url))</c> gets one open connection after another. RFC 6455 7.2.3.</summary>
    /// <remarks>
    /// <para>When the body of the loop is done with a connection, its end is awaited, and then what <see cref="CloseRecord.Reconnect"/> advises, or the policy: random delays that
    /// grow with each attempt until a connection has lasted, Retry-After, another address, new credentials. The first attempt is made at once. An opening that fails is an end like any
    /// other and throws nothing; <see cref="WebSocketReconnectOptions.Ended"/> hears of each, and of what follows. The sequence ends where advice or policy says not to connect again:
    /// so after a <see cref="CloseAsync(ushort, string, CancellationToken)"/> in the loop, or where it would end the same way.</para>
    /// <para>Leaving the loop, by break or by an exception, closes the connection with 1001, as disposing it does. Cancelling does the same at once, and the loop ends with
    /// <see cref="OperationCanceledException"/>.</para>
    /// <para>Nothing is queued between two connections: a send on one that has ended throws <see cref="WebSocketClosedException"/>. Whether to drop such a message, to fail, or to
    /// send it on the next connection is the application's choice, which alone knows whether it may arrive late or twice; a queue of its own that the body of the loop empties does the latter.</para>
    /// </remarks>
    /// <param name="url">An absolute URL: ws, wss, or http and https, which mean the same. Without a fragment.</param>
    /// <param name="options">How to open each connection, and when to open the next; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the sequence: the wait, the opening, and a connection that is open.</param>
    /// <returns>The connections, each open when it is handed out.</returns>
    /// <exception cref="ArgumentException">As for <see cref="ConnectAsync"/>; thrown before the loop begins.</exception>
    public static IAsyncEnumerable<WebSocketConnection> KeepConnectedAsync(Uri url, WebSocketReconnectOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(url);
        options ??= new WebSocketReconnectOptions();
        Subprotocols.Validate([.. options.Subprotocols]);
        Check(options);
        _ = Address(url);
        foreach (Uri further in options.Addresses) _ = Address(further);
        return new ConnectionSequence(url, options, OpenAsync).RunAsync(cancellationToken);
    }
}
