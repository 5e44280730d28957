using System.Buffers;
using System.Text;
using Cierre.Sending;

namespace Cierre;

/// <summary>Sends one message to many connections.</summary>
/// <remarks>
/// <para>A server's message is framed, and where that was agreed on compressed, once for all connections with the same settings. With context takeover each
/// connection compresses on its own: what it sends depends on what it sent before. No receiver waits for another: a connection whose peer does not read keeps
/// the message within its send buffer, and what happens beyond is its <see cref="WebSocketConnectionOptions.SlowReaderPolicy"/>. Where that is to wait, the
/// call waits for room there, while the others have the message, and at most the <see cref="WebSocketConnectionOptions.BroadcastTimeout"/>: then the connection
/// is closed with 1008. One that is closed is counted and no error.</para>
/// <para>Cancelling ends that wait and takes nothing back: those that are fast have the message, and a slow one still gets it or is closed, as without. With a
/// token that is cancelled before, nothing is sent.</para>
/// <para>Every connection gets the messages of one caller in the order of the calls.</para>
/// </remarks>
public static class WebSocketBroadcast
{
    /// <summary>Sends a text message to all of them. A lone surrogate becomes U+FFFD.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers; see the remarks on <see cref="WebSocketBroadcast"/>.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastAsync(this IEnumerable<WebSocketConnection> receivers, string text,
        CancellationToken cancellationToken = default) =>
        BroadcastAsync(receivers, text, WebSocketSendOptions.None, cancellationToken);

    /// <summary>Sends a text message to all of them. A lone surrogate becomes U+FFFD.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="text">The text.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers; see the remarks on <see cref="WebSocketBroadcast"/>.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async ValueTask<BroadcastResult> BroadcastAsync(
        this IEnumerable<WebSocketConnection> receivers, string text, WebSocketSendOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receivers);
        ArgumentNullException.ThrowIfNull(text);
        bool compressible = WebSocketConnection.Compresses(options);
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            ReadOnlyMemory<byte> payload = utf8.AsMemory(0, Encoding.UTF8.GetBytes(text, utf8));
            return await SendAsync(receivers, WebSocketOpcode.Text, payload, compressible, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    /// <summary>Sends a binary message to all of them.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="data">The payload; must not change until the returned task completes.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers; see the remarks on <see cref="WebSocketBroadcast"/>.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastAsync(this IEnumerable<WebSocketConnection> receivers, ReadOnlyMemory<byte> data,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receivers);
        return SendAsync(receivers, WebSocketOpcode.Binary, data, cancellationToken: cancellationToken);
    }

    /// <summary>Sends a binary message to all of them.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="data">The payload; must not change until the returned task completes.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers; see the remarks on <see cref="WebSocketBroadcast"/>.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastAsync(
        this IEnumerable<WebSocketConnection> receivers, ReadOnlyMemory<byte> data, WebSocketSendOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receivers);
        return SendAsync(receivers, WebSocketOpcode.Binary, data, WebSocketConnection.Compresses(options), cancellationToken);
    }

    /// <summary>Sends a text message that is UTF-8 already to all of them.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="utf8">The text; must not change until the returned task completes.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers; see the remarks on <see cref="WebSocketBroadcast"/>.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="ArgumentException">The bytes are not UTF-8 (RFC 6455 8.1).</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastTextAsync(this IEnumerable<WebSocketConnection> receivers, ReadOnlyMemory<byte> utf8,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receivers);
        WebSocketConnection.CheckText(utf8, nameof(utf8));
        return SendAsync(receivers, WebSocketOpcode.Text, utf8, cancellationToken: cancellationToken);
    }

    /// <summary>Sends a text message that is UTF-8 already to all of them.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="utf8">The text; must not change until the returned task completes.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers; see the remarks on <see cref="WebSocketBroadcast"/>.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="ArgumentException">The bytes are not UTF-8 (RFC 6455 8.1).</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastTextAsync(
        this IEnumerable<WebSocketConnection> receivers, ReadOnlyMemory<byte> utf8, WebSocketSendOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receivers);
        WebSocketConnection.CheckText(utf8, nameof(utf8));
        return SendAsync(receivers, WebSocketOpcode.Text, utf8, WebSocketConnection.Compresses(options), cancellationToken);
    }

    /// <summary>Sends a message whose kind is data to all of them.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="kind">Text (the data must be UTF-8) or binary.</param>
    /// <param name="data">The payload; must not change until the returned task completes.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers; see the remarks on <see cref="WebSocketBroadcast"/>.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="ArgumentException">The bytes of a text are not UTF-8 (RFC 6455 8.1).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The kind, or the options, are none that there are.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastAsync(
        this IEnumerable<WebSocketConnection> receivers,
        WebSocketMessageKind kind,
        ReadOnlyMemory<byte> data,
        WebSocketSendOptions options = WebSocketSendOptions.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receivers);
        WebSocketConnection.CheckKind(kind);
        if (kind == WebSocketMessageKind.Text) WebSocketConnection.CheckText(data, nameof(data));
        return SendAsync(receivers, (WebSocketOpcode)kind, data, WebSocketConnection.Compresses(options), cancellationToken);
    }

    /// <summary>Sends a received message on to all of them, as it is.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="message">A message that is still valid, and stays so until the returned task completes.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers; see the remarks on <see cref="WebSocketBroadcast"/>.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="ArgumentException">The message is the default value, which no receive hands out; nothing was sent.</exception>
    /// <exception cref="InvalidOperationException">The message is not valid any more: the next receive has begun.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastAsync(this IEnumerable<WebSocketConnection> receivers, WebSocketMessage message,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receivers);
        message.ThrowIfNone(nameof(message));
        return SendAsync(receivers, (WebSocketOpcode)message.Kind, message.Data, cancellationToken: cancellationToken);
    }

    /// <summary>Sends a received message on to all of them, as it is.</summary>
    /// <param name="receivers">The connections, each once.</param>
    /// <param name="message">A message that is still valid, and stays so until the returned task completes.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Ends the wait for slow receivers; see the remarks on <see cref="WebSocketBroadcast"/>.</param>
    /// <returns>What became of it, when each connection has taken it or is closed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="ArgumentException">The message is the default value, which no receive hands out; nothing was sent.</exception>
    /// <exception cref="InvalidOperationException">The message is not valid any more: the next receive has begun.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValueTask<BroadcastResult> BroadcastAsync(
        this IEnumerable<WebSocketConnection> receivers, WebSocketMessage message, WebSocketSendOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receivers);
        message.ThrowIfNone(nameof(message));
        return SendAsync(receivers, (WebSocketOpcode)message.Kind, message.Data, WebSocketConnection.Compresses(options), cancellationToken);
    }

    private static ValueTask<BroadcastResult> SendAsync(
        IEnumerable<WebSocketConnection> receivers, WebSocketOpcode kind, ReadOnlyMemory<byte> payload, bool compressible = true,
        CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<BroadcastResult>(cancellationToken)
            : Broadcast.SendAsync(receivers, new BroadcastMessage(kind, payload, compressible), cancellationToken);
}
