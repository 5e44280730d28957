using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cierre;

/// <summary>Holds one received message.</summary>
/// <remarks>Valid until the next receive on the same connection, which reuses its memory. <see cref="ToArray"/> and <see cref="GetText"/> keep what must stay.</remarks>
public readonly struct WebSocketMessage : IEquatable<WebSocketMessage>
{
    internal WebSocketMessage(WebSocketMessageKind kind, ReadOnlyMemory<byte> data)
    {
        Kind = kind;
        Data = data;
    }

    /// <summary>Text or binary.</summary>
    public WebSocketMessageKind Kind { get; }

    /// <summary>The payload; valid UTF-8 where <see cref="Kind"/> is text. Valid until the next receive.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Decodes the payload as UTF-8.</summary>
    /// <returns>The text; for a binary message, with U+FFFD for what is not UTF-8.</returns>
    public string GetText() => Encoding.UTF8.GetString(Data.Span);

    /// <summary>Copies the payload.</summary>
    /// <returns>An array of its own.</returns>
    public byte[] ToArray() => Data.ToArray();

    /// <summary>Reads the payload as JSON.</summary>
    /// <typeparam name="T">The type to read.</typeparam>
    /// <param name="typeInfo">Its source-generated description.</param>
    /// <returns>The value; null for JSON <c>null</c>.</returns>
    /// <exception cref="JsonException">The payload is not JSON of that type.</exception>
    public T? GetJson<T>(JsonTypeInfo<T> typeInfo) => JsonSerializer.Deserialize(Data.Span, typeInfo);

    /// <summary>The text, or the size of a binary message: for a debugger.</summary>
    /// <returns>One line.</returns>
    public override string ToString() => Kind == WebSocketMessageKind.Text ? GetText() : $"{Data.Length} bytes";

    /// <inheritdoc/>
    public bool Equals(WebSocketMessage other) => Kind == other.Kind && Data.Equals(other.Data);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is WebSocketMessage other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Data);

    /// <summary>Compares kind and memory, not content.</summary>
    /// <param name="left">One message.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether both are the same memory of the same kind.</returns>
    public static bool operator ==(WebSocketMessage left, WebSocketMessage right) => left.Equals(right);

    /// <summary>Compares kind and memory, not content.</summary>
    /// <param name="left">One message.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(WebSocketMessage left, WebSocketMessage right) => !left.Equals(right);
}
