using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Cierre.Protocol;
using Cierre.Sending;

namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>Sends a text message. A lone surrogate becomes U+FFFD.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Cancels a send that has not begun; one that has begun is finished.</param>
    /// <returns>Completes when there is room for more: awaiting is backpressure.</returns>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the send began; nothing was sent.</exception>
    public ValueTask SendAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _core.SendAsync(text, cancellationToken);
    }

    /// <summary>Sends a text message. A lone surrogate becomes U+FFFD.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Cancels a send that has not begun; one that has begun is finished.</param>
    /// <returns>Completes when there is room for more: awaiting is backpressure.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the send began; nothing was sent.</exception>
    public ValueTask SendAsync(string text, WebSocketSendOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _core.SendAsync(text, cancellationToken, Compresses(options));
    }

    /// <summary>Sends a binary message.</summary>
    /// <param name="data">The payload; must not change until the returned task completes.</param>
    /// <param name="cancellationToken">Cancels a send that has not begun; one that has begun is finished.</param>
    /// <returns>Completes when there is room for more: awaiting is backpressure.</returns>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the send began; nothing was sent.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        _core.SendAsync(WebSocketOpcode.Binary, data, cancellationToken);

    /// <summary>Sends a binary message.</summary>
    /// <param name="data">The payload; must not change until the returned task completes.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Cancels a send that has not begun; one that has begun is finished.</param>
    /// <returns>Completes when there is room for more: awaiting is backpressure.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the send began; nothing was sent.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> data, WebSocketSendOptions options, CancellationToken cancellationToken = default) =>
        _core.SendAsync(WebSocketOpcode.Binary, data, cancellationToken, Compresses(options));

    /// <summary>Sends a text message that is UTF-8 already.</summary>
    /// <param name="utf8">The text; must not change until the returned task completes.</param>
    /// <param name="cancellationToken">Cancels a send that has not begun; one that has begun is finished.</param>
    /// <returns>Completes when there is room for more: awaiting is backpressure.</returns>
    /// <exception cref="ArgumentException">The bytes are not UTF-8 (RFC 6455 8.1).</exception>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the send began; nothing was sent.</exception>
    public ValueTask SendTextAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellationToken = default)
    {
        CheckText(utf8, nameof(utf8));
        return _core.SendAsync(WebSocketOpcode.Text, utf8, cancellationToken);
    }

    /// <summary>Sends a text message that is UTF-8 already.</summary>
    /// <param name="utf8">The text; must not change until the returned task completes.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Cancels a send that has not begun; one that has begun is finished.</param>
    /// <returns>Completes when there is room for more: awaiting is backpressure.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="ArgumentException">The bytes are not UTF-8 (RFC 6455 8.1).</exception>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the send began; nothing was sent.</exception>
    public ValueTask SendTextAsync(ReadOnlyMemory<byte> utf8, WebSocketSendOptions options, CancellationToken cancellationToken = default)
    {
        CheckText(utf8, nameof(utf8));
        return _core.SendAsync(WebSocketOpcode.Text, utf8, cancellationToken, Compresses(options));
    }

    /// <summary>Sends a message whose kind is data: for whoever passes messages on.</summary>
    /// <param name="kind">Text (the bytes must be UTF-8) or binary.</param>
    /// <param name="data">The payload; must not change until the returned task completes.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Cancels a send that has not begun; one that has begun is finished.</param>
    /// <returns>Completes when there is room for more: awaiting is backpressure.</returns>
    /// <exception cref="ArgumentException">The kind is text and the bytes are not UTF-8 (RFC 6455 8.1).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The kind, or the options, are none that there are.</exception>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the send began; nothing was sent.</exception>
    public ValueTask SendAsync(
        WebSocketMessageKind kind, ReadOnlyMemory<byte> data, WebSocketSendOptions options = WebSocketSendOptions.None,
        CancellationToken cancellationToken = default)
    {
        CheckKind(kind);
        if (kind == WebSocketMessageKind.Text) CheckText(data, nameof(data));
        return _core.SendAsync((WebSocketOpcode)kind, data, cancellationToken, Compresses(options));
    }

    /// <summary>Sends a message of either kind where there is room for it, and waits for nothing: for a handler's call, which cannot await.</summary>
    /// <param name="kind">Text (the bytes must be UTF-8) or binary.</param>
    /// <param name="data">The payload. It is copied before this returns.</param>
    /// <returns>True: the message is sent, or waits to be. False: it was not taken, because more than <see cref="WebSocketConnectionOptions.SendBufferLimit"/>
    /// would wait for the peer, or because the connection closes or is closed.</returns>
    /// <exception cref="ArgumentException">The bytes of a text are not UTF-8 (RFC 6455 8.1).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The kind is neither.</exception>
    public bool TrySend(WebSocketMessageKind kind, ReadOnlySpan<byte> data)
    {
        CheckKind(kind);
        if (kind == WebSocketMessageKind.Text) CheckText(data, nameof(data));
        return _core.TrySend((WebSocketOpcode)kind, data);
    }

    /// <summary>Sends a received message on, as it is.</summary>
    /// <param name="message">A message that is still valid, and stays so until the returned task completes.</param>
    /// <param name="cancellationToken">Cancels a send that has not begun; one that has begun is finished.</param>
    /// <returns>Completes when there is room for more: awaiting is backpressure.</returns>
    /// <exception cref="ArgumentException">The message is the default value, which no receive hands out; nothing was sent.</exception>
    /// <exception cref="InvalidOperationException">The message is not valid any more: the next receive has begun.</exception>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the send began; nothing was sent.</exception>
    public ValueTask SendAsync(WebSocketMessage message, CancellationToken cancellationToken = default)
    {
        message.ThrowIfNone(nameof(message));
        return _core.SendAsync((WebSocketOpcode)message.Kind, message.Data, cancellationToken);
    }

    /// <summary>Sends a received message on, as it is.</summary>
    /// <param name="message">A message that is still valid, and stays so until the returned task completes.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Cancels a send that has not begun; one that has begun is finished.</param>
    /// <returns>Completes when there is room for more: awaiting is backpressure.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="ArgumentException">The message is the default value, which no receive hands out; nothing was sent.</exception>
    /// <exception cref="InvalidOperationException">The message is not valid any more: the next receive has begun.</exception>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the send began; nothing was sent.</exception>
    public ValueTask SendAsync(WebSocketMessage message, WebSocketSendOptions options, CancellationToken cancellationToken = default)
    {
        message.ThrowIfNone(nameof(message));
        return _core.SendAsync((WebSocketOpcode)message.Kind, message.Data, cancellationToken, Compresses(options));
    }

    /// <summary>Sends a value as JSON in a text message.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="typeInfo">Its source-generated description.</param>
    /// <param name="cancellationToken">Cancels a send that has not begun; one that has begun is finished.</param>
    /// <returns>Completes when there is room for more: awaiting is backpressure.</returns>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the send began; nothing was sent.</exception>
    public ValueTask SendJsonAsync<T>(T value, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken = default) =>
        _core.SendAsync(WebSocketOpcode.Text, JsonSerializer.SerializeToUtf8Bytes(value, typeInfo), cancellationToken);

    /// <summary>Sends a value as JSON in a text message.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="typeInfo">Its source-generated description.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Cancels a send that has not begun; one that has begun is finished.</param>
    /// <returns>Completes when there is room for more: awaiting is backpressure.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the send began; nothing was sent.</exception>
    public ValueTask SendJsonAsync<T>(T value, JsonTypeInfo<T> typeInfo, WebSocketSendOptions options, CancellationToken cancellationToken = default) =>
        _core.SendAsync(WebSocketOpcode.Text, JsonSerializer.SerializeToUtf8Bytes(value, typeInfo), cancellationToken, Compresses(options));

    /// <summary>Begins a message that is sent piece by piece: each write is a fragment, disposing the stream ends the message. Other messages wait until
    /// then.</summary>
    /// <param name="kind">Text (the pieces together must be UTF-8) or binary.</param>
    /// <param name="cancellationToken">Cancels the wait for the messages before it.</param>
    /// <returns>A stream to write to and to dispose. A write that makes a text something else than UTF-8 throws <see cref="ArgumentException"/>,
    /// nothing of it is written, and the message goes on (RFC 6455 8.1).</returns>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was sent.</exception>
    public async ValueTask<WebSocketMessageStream> OpenSendStreamAsync(WebSocketMessageKind kind, CancellationToken cancellationToken = default) =>
        await OpenSendStreamAsync(kind, WebSocketSendOptions.None, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);

    /// <summary>Begins a message that is sent piece by piece: each write is a fragment, disposing the stream ends the message. Other messages wait until
    /// then.</summary>
    /// <param name="kind">Text (the pieces together must be UTF-8) or binary.</param>
    /// <param name="options">Whether the message may be compressed.</param>
    /// <param name="cancellationToken">Cancels the wait for the messages before it.</param>
    /// <returns>A stream to write to and to dispose. A write that makes a text something else than UTF-8 throws <see cref="ArgumentException"/>,
    /// nothing of it is written, and the message goes on (RFC 6455 8.1).</returns>
    /// <exception cref="ArgumentOutOfRangeException">The options are none that there are.</exception>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was sent.</exception>
    public async ValueTask<WebSocketMessageStream> OpenSendStreamAsync(WebSocketMessageKind kind, WebSocketSendOptions options,
        CancellationToken cancellationToken = default)
    {
        CheckKind(kind);
        return await _core.OpenSendStreamAsync(kind, Compresses(options), cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
    }

    /// <summary>Whether a message with these options may be compressed.</summary>
    internal static bool Compresses(WebSocketSendOptions options) => options switch
    {
        WebSocketSendOptions.None => true,
        WebSocketSendOptions.DisableCompression => false,
        _ => throw new ArgumentOutOfRangeException(nameof(options), options, "None or DisableCompression."),
    };

    /// <exception cref="ArgumentOutOfRangeException">The kind is none.</exception>
    internal static void CheckKind(WebSocketMessageKind kind)
    {
        if (kind is not (WebSocketMessageKind.Text or WebSocketMessageKind.Binary))
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "Text or Binary.");
    }

    /// <exception cref="ArgumentException">The bytes are not UTF-8.</exception>
    internal static void CheckText(ReadOnlyMemory<byte> utf8, string name) => CheckText(utf8.Span, name);

    private static void CheckText(ReadOnlySpan<byte> utf8, string name)
    {
        if (!Utf8.IsValid(utf8)) throw new ArgumentException("A text message must be UTF-8 (RFC 6455 8.1); send other bytes as binary.", name);
    }
}
