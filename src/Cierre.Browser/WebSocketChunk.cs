using System.Diagnostics.CodeAnalysis;

namespace Cierre.Browser;

/// <summary>Holds one message of a <see cref="WebSocketStream"/>: a string, or bytes. Unlike a <see cref="WebSocketMessage"/> it stays valid.</summary>
/// <remarks>Strings and bytes turn into chunks by themselves: <c>await writable.WriteAsync("hello");</c>. The default value is an empty binary
/// message.</remarks>
[Experimental("CIERRE001")]
public readonly record struct WebSocketChunk
{
    /// <summary>Makes a text message.</summary>
    /// <param name="text">The text; a lone surrogate is sent as U+FFFD.</param>
    public WebSocketChunk(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Text = text;
    }

    /// <summary>Makes a binary message.</summary>
    /// <param name="bytes">The bytes, not copied.</param>
    public WebSocketChunk(ReadOnlyMemory<byte> bytes) => Bytes = bytes;

    /// <summary>The text; null for a binary message.</summary>
    public string? Text { get; }

    /// <summary>The bytes of a binary message; empty for a text message.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>A string is a text message.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator WebSocketChunk(string text) => new(text);

    /// <summary>Bytes are a binary message.</summary>
    /// <param name="bytes">The bytes, not copied.</param>
    public static implicit operator WebSocketChunk(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new WebSocketChunk(bytes.AsMemory());
    }

    /// <summary>Bytes are a binary message.</summary>
    /// <param name="bytes">The bytes, not copied.</param>
    public static implicit operator WebSocketChunk(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>The text, or the size of a binary message: for a debugger.</summary>
    /// <returns>One line for what has one.</returns>
    public override string ToString() => Text ?? $"{Bytes.Length} bytes";

    /// <summary>Keeps a message that the connection lends.</summary>
    internal static WebSocketChunk Of(WebSocketMessage message) =>
        message.Kind == WebSocketMessageKind.Text ? new WebSocketChunk(message.GetText()) : new WebSocketChunk(message.ToArray());
}
