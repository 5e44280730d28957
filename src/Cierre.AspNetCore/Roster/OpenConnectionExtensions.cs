using System.Globalization;
using Cierre.Connections;
using Cierre.Closing;

namespace Cierre.AspNetCore;

/// <summary>Does to a chosen set of open connections what one of them can do.</summary>
public static class OpenConnectionExtensions
{
    /// <summary>Sends a text message to all of them, as
    /// <see cref="WebSocketBroadcast.BroadcastAsync(IEnumerable{WebSocketConnection}, string, CancellationToken)"/> does.</summary>
    /// <param name="receivers">The connections, each once: a roster, or what was chosen from one.</param>
    /// <param name="text">The text. A lone surrogate becomes U+FFFD.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers, which still get the message or are closed. Cancelled before: nothing is sent.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastAsync(this IEnumerable<OpenConnection> receivers, string text,
        CancellationToken cancellationToken = default) =>
        Connections(receivers).BroadcastAsync(text, cancellationToken);

    /// <summary>Sends a text message to all of them, as
    /// <see cref="WebSocketBroadcast.BroadcastAsync(IEnumerable{WebSocketConnection}, string, CancellationToken)"/> does.</summary>
    /// <param name="receivers">The connections, each once: a roster, or what was chosen from one.</param>
    /// <param name="text">The text. A lone surrogate becomes U+FFFD.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers, which still get the message or are closed. Cancelled before: nothing is sent.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastAsync(
        this IEnumerable<OpenConnection> receivers, string text, WebSocketSendOptions options, CancellationToken cancellationToken = default) =>
        Connections(receivers).BroadcastAsync(text, options, cancellationToken);

    /// <summary>Sends a binary message to all of them.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="data">The payload; must not change until the returned task completes.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers, which still get the message or are closed. Cancelled before: nothing is sent.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastAsync(this IEnumerable<OpenConnection> receivers, ReadOnlyMemory<byte> data,
        CancellationToken cancellationToken = default) =>
        Connections(receivers).BroadcastAsync(data, cancellationToken);

    /// <summary>Sends a binary message to all of them.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="data">The payload; must not change until the returned task completes.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers, which still get the message or are closed. Cancelled before: nothing is sent.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastAsync(
        this IEnumerable<OpenConnection> receivers, ReadOnlyMemory<byte> data, WebSocketSendOptions options, CancellationToken cancellationToken = default) =>
        Connections(receivers).BroadcastAsync(data, options, cancellationToken);

    /// <summary>Sends a text message that is UTF-8 already to all of them.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="utf8">The text; must not change until the returned task completes.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers, which still get the message or are closed. Cancelled before: nothing is sent.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ArgumentException">The bytes are not UTF-8 (RFC 6455 8.1).</exception>
    public static ValueTask<BroadcastResult> BroadcastTextAsync(this IEnumerable<OpenConnection> receivers, ReadOnlyMemory<byte> utf8,
        CancellationToken cancellationToken = default) =>
        Connections(receivers).BroadcastTextAsync(utf8, cancellationToken);

    /// <summary>Sends a text message that is UTF-8 already to all of them.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="utf8">The text; must not change until the returned task completes.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers, which still get the message or are closed. Cancelled before: nothing is sent.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ArgumentException">The bytes are not UTF-8 (RFC 6455 8.1).</exception>
    public static ValueTask<BroadcastResult> BroadcastTextAsync(
        this IEnumerable<OpenConnection> receivers, ReadOnlyMemory<byte> utf8, WebSocketSendOptions options, CancellationToken cancellationToken = default) =>
        Connections(receivers).BroadcastTextAsync(utf8, options, cancellationToken);

    /// <summary>Sends a message whose kind is data to all of them.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="kind">Text (the data must be UTF-8) or binary.</param>
    /// <param name="data">The payload; must not change until the returned task completes.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers, which still get the message or are closed. Cancelled before: nothing is sent.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="ArgumentException">The bytes of a text are not UTF-8 (RFC 6455 8.1).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The kind, or the options, are none that there are.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastAsync(
        this IEnumerable<OpenConnection> receivers,
        WebSocketMessageKind kind,
        ReadOnlyMemory<byte> data,
        WebSocketSendOptions options = WebSocketSendOptions.None,
        CancellationToken cancellationToken = default) =>
        Connections(receivers).BroadcastAsync(kind, data, options, cancellationToken);

    /// <summary>Sends a received message on to all of them, as it is.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="message">A message that is still valid, and stays so until the returned task completes.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers, which still get the message or are closed. Cancelled before: nothing is sent.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastAsync(this IEnumerable<OpenConnection> receivers, WebSocketMessage message,
        CancellationToken cancellationToken = default) =>
        Connections(receivers).BroadcastAsync(message, cancellationToken);

    /// <summary>Sends a received message on to all of them, as it is.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="message">A message that is still valid, and stays so until the returned task completes.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers, which still get the message or are closed. Cancelled before: nothing is sent.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastAsync(
        this IEnumerable<OpenConnection> receivers, WebSocketMessage message, WebSocketSendOptions options, CancellationToken cancellationToken = default) =>
        Connections(receivers).BroadcastAsync(message, options, cancellationToken);

    /// <summary>Closes all of them, each behind what was sent to it before. RFC 6455 7.1.2.</summary>
    /// <param name="connections">The connections.</param>
    /// <param name="code">1000-1003, 1007-1009, 1011-1014 or 3000-4999.</param>
    /// <param name="reason">At most 123 bytes of UTF-8 go on the wire; a longer one is cut at the border of a code point and kept whole in the record.</param>
    /// <param name="cancellationToken">Ends the wait, not the closes. The token that says that one of them ends, a handler's, does not.</param>
    /// <returns>How they ended, when all of them have: at most twice the close timeout later.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A server must not send the code; nothing was closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<IReadOnlyList<CloseRecord>> CloseAsync(
        this IEnumerable<OpenConnection> connections, ushort code = CloseCodes.NormalClosure, string reason = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connections);
        ArgumentNullException.ThrowIfNull(reason);
        // Before the first: also where there is none.
        if (CloseCodes.GetSendError(code, reason: null, WebSocketRole.Server, CultureInfo.InvariantCulture) is { } error)
            throw new ArgumentOutOfRangeException(nameof(code), code, error);
        WebSocketConnection[] chosen = [.. Connections(connections)];
        return EndAsync([.. chosen.Select(connection => connection.CloseAsync(code, reason))]).WaitAsync(chosen.Foreign(cancellationToken));
    }

    private static async Task<IReadOnlyList<CloseRecord>> EndAsync(Task<CloseRecord>[] closes) => await Task.WhenAll(closes).ConfigureAwait(false);

    /// <summary>The token that says that one of them ends, a handler's, says nothing to whoever waits for the end of them all.</summary>
    internal static CancellationToken Foreign(this IEnumerable<WebSocketConnection> connections, CancellationToken token) =>
        token.CanBeCanceled && connections.Any(connection => !ConnectionControl.Of(connection).Foreign(token).CanBeCanceled) ? default : token;

    private static IEnumerable<WebSocketConnection> Connections(IEnumerable<OpenConnection> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return entries.Select(entry => entry.Connection);
    }
}
