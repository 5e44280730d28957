using System.Text;
using System.Text.Unicode;
using Cierre.Connections;

namespace Cierre.AspNetCore;

/// <summary>A message that stands for all that was published to a topic so far: what the application answers to
/// <see cref="WebSocketTopicOptions.StateOf"/>.</summary>
public sealed class WebSocketTopicState
{
    /// <summary>A text message. A lone surrogate becomes U+FFFD.</summary>
    /// <param name="text">The text.</param>
    public WebSocketTopicState(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        (Kind, Data) = (WebSocketMessageKind.Text, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>A message whose kind is data.</summary>
    /// <param name="kind">Text (the data must be UTF-8) or binary.</param>
    /// <param name="data">The payload; must not change.</param>
    /// <exception cref="ArgumentOutOfRangeException">The kind is none that there is.</exception>
    /// <exception cref="ArgumentException">The bytes of a text are not UTF-8 (RFC 6455 8.1).</exception>
    public WebSocketTopicState(WebSocketMessageKind kind, ReadOnlyMemory<byte> data)
    {
        OptionChecks.Defined(kind, nameof(kind));
        if (kind == WebSocketMessageKind.Text && !Utf8.IsValid(data.Span))
            throw new ArgumentException("A text message is UTF-8 (RFC 6455 8.1), and these bytes are not.", nameof(data));
        (Kind, Data) = (kind, data);
    }

    /// <summary>Text or binary.</summary>
    public WebSocketMessageKind Kind { get; }

    /// <summary>The payload.</summary>
    public ReadOnlyMemory<byte> Data { get; }
}
