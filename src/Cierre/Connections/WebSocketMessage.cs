using System.Diagnostics.CodeAnalysis;
using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using System.Text.Json;
using System.Text;
using Cierre.Receiving;

namespace Cierre;

/// <summary>Holds one received message.</summary>
/// <remarks>Valid until the next receive on the same connection, which reuses its memory; from then on all but <see cref="Kind"/> throws.
/// <see cref="ToArray"/> and <see cref="GetText"/> keep what must stay. The default value is no message: it has no kind, is empty and cannot
/// be sent.</remarks>
[DebuggerDisplay("{InDebugger,nq}")]
public readonly struct WebSocketMessage
{
    private readonly ReadOnlyMemory<byte> _data;
    private readonly MessageInbox? _lender;
    private readonly int _loan;

    /// <summary>A message whose memory nobody takes back.</summary>
    internal WebSocketMessage(WebSocketMessageKind kind, ReadOnlyMemory<byte> data)
    {
        Kind = kind;
        _data = data;
    }

    /// <summary>A message that lies in the memory of an inbox until its next loan.</summary>
    internal WebSocketMessage(WebSocketMessageKind kind, ReadOnlyMemory<byte> data, MessageInbox lender, int loan)
        : this(kind, data)
    {
        _lender = lender;
        _loan = loan;
    }

    /// <summary>Text or binary.</summary>
    public WebSocketMessageKind Kind { get; }

    /// <summary>The payload; valid UTF-8 where <see cref="Kind"/> is text.</summary>
    /// <remarks>The memory is reused by the next receive: what is kept of it beyond that changes, and nothing can tell.</remarks>
    /// <exception cref="InvalidOperationException">The next receive has begun.</exception>
    public ReadOnlyMemory<byte> Data
    {
        get
        {
            if (_lender is not null && _lender.Loan != _loan) ThrowTakenBack();
            return _data;
        }
    }

    /// <summary>The topic that it was published to, of a client's session; null: it was sent to this connection alone. docs/topics.md.</summary>
    /// <exception cref="InvalidOperationException">The next receive has begun.</exception>
    public string? Topic
    {
        get
        {
            if (_lender is null) return null;
            if (_lender.Loan != _loan) ThrowTakenBack();
            return _lender.LentTopic;
        }
    }

    private string InDebugger => _lender is not null && _lender.Loan != _loan ? "taken back by the next receive" : Line;

    private string Line => Kind == WebSocketMessageKind.Text ? GetText() : $"{Data.Length} bytes";

    /// <summary>Decodes the payload as UTF-8.</summary>
    /// <returns>The text; for a binary message, with U+FFFD for what is not UTF-8.</returns>
    /// <exception cref="InvalidOperationException">The next receive has begun.</exception>
    public string GetText() => Encoding.UTF8.GetString(Data.Span);

    /// <summary>Copies the payload.</summary>
    /// <returns>An array of its own.</returns>
    /// <exception cref="InvalidOperationException">The next receive has begun.</exception>
    public byte[] ToArray() => Data.ToArray();

    /// <summary>Reads the payload as JSON. A byte order mark before it is ignored (RFC 8259 8.1).</summary>
    /// <typeparam name="T">The type to read.</typeparam>
    /// <param name="typeInfo">Its source-generated description.</param>
    /// <returns>The value; null for JSON <c>null</c>.</returns>
    /// <exception cref="JsonException">The payload is not JSON of that type. Where it leaves the handler of an endpoint, the connection closes with
    /// 1007.</exception>
    /// <exception cref="InvalidOperationException">The next receive has begun.</exception>
    public T? GetJson<T>(JsonTypeInfo<T> typeInfo)
    {
        ReadOnlySpan<byte> json = Data.Span;
        try
        {
            return JsonSerializer.Deserialize(json.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json, typeInfo);
        }
        catch (JsonException e) when (_lender is not null)
        {
            UnreadableJson.Note(e, _lender);
            throw;
        }
    }

    /// <summary>The text, or the size of a binary message.</summary>
    /// <returns>One line for what has one.</returns>
    /// <exception cref="InvalidOperationException">The next receive has begun.</exception>
    public override string ToString() => Line;

    /// <summary>A frame without a kind would be a continuation of a message that was not begun.</summary>
    internal void ThrowIfNone(string name)
    {
        if (Kind == default) throw new ArgumentException("The message is default(WebSocketMessage), which no receive hands out. Nothing was sent.", name);
    }

    [DoesNotReturn]
    private static void ThrowTakenBack() => throw new InvalidOperationException(
        "This message was taken back: the next receive on the connection reuses its memory. Keep a copy with ToArray or GetText before receiving again.");
}
