using System.Text;
using System.Text.Unicode;
using Cierre.AspNetCore.Cluster;

namespace Cierre.AspNetCore;

/// <summary>A topic: what is published to it reaches every connection that has joined it (<see cref="WebSocketTopicExtensions.JoinAsync"/>).</summary>
/// <remarks>
/// <para>The newest messages are kept. A session that can be resumed gets every message once and in order, also those published while its client was away, or
/// its client is told of a gap. A plain connection gets them in order and at most once.</para>
/// <para>A connection that reads slowly delays neither the publisher nor the others: it reads what is kept at its own pace. When messages that it has not got
/// are kept no more, a session's client is told of a gap, and a plain connection is closed with 1008.</para>
/// <para>A publish completes at once, unless more than 64 messages or 1 MiB of the topic wait to be handed out on this server: then it waits for room.</para>
/// </remarks>
public sealed class WebSocketTopic
{
    private readonly LocalCluster _cluster;

    internal WebSocketTopic(LocalCluster cluster, string name) => (_cluster, Name) = (cluster, name);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Publishes a text message. A lone surrogate becomes U+FFFD.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The number of the message in its topic, from 1 on.</returns>
    public ValueTask<long> PublishAsync(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _cluster.Hub.PublishAsync(Name, WebSocketMessageKind.Text, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Publishes a binary message.</summary>
    /// <param name="data">The payload, which is copied.</param>
    /// <returns>The number of the message in its topic, from 1 on.</returns>
    public ValueTask<long> PublishAsync(ReadOnlyMemory<byte> data) => _cluster.Hub.PublishAsync(Name, WebSocketMessageKind.Binary, data);

    /// <summary>Publishes a text message that is UTF-8 already.</summary>
    /// <param name="utf8">The text, which is copied.</param>
    /// <returns>The number of the message in its topic, from 1 on.</returns>
    /// <exception cref="ArgumentException">The bytes are not UTF-8 (RFC 6455 8.1).</exception>
    public ValueTask<long> PublishTextAsync(ReadOnlyMemory<byte> utf8)
    {
        if (!Utf8.IsValid(utf8.Span)) throw new ArgumentException("A text message is UTF-8 (RFC 6455 8.1), and these bytes are not.", nameof(utf8));
        return _cluster.Hub.PublishAsync(Name, WebSocketMessageKind.Text, utf8);
    }

    /// <summary>Publishes a received message as it is.</summary>
    /// <param name="message">A message that is still valid; it is copied.</param>
    /// <returns>The number of the message in its topic, from 1 on.</returns>
    /// <exception cref="ArgumentException">It is <c>default(WebSocketMessage)</c>, which no receive hands out.</exception>
    /// <exception cref="InvalidOperationException">The next receive has begun.</exception>
    public ValueTask<long> PublishAsync(WebSocketMessage message) => message.Kind == default
        ? throw new ArgumentException("The message is default(WebSocketMessage), which no receive hands out. Nothing was published.", nameof(message))
        : _cluster.Hub.PublishAsync(Name, message.Kind, message.Data);

    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}
