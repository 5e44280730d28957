using System.Text;
using Cierre.Opening;

namespace Cierre.Client;

/// <summary>Writes a new Sec-WebSocket-Key whenever the header is written. RFC 6455 4.1: a nonce is chosen anew for each connection.</summary>
/// <remarks>
/// The HTTP handler sends one request several times: after a redirect, after a 401 or 407, on a new connection where the first was lost.
/// It asks for the encoding of a header's value at each of these times, and at no other, so the key is made there.
/// </remarks>
internal sealed class FreshKey : Encoding
{
    /// <summary>What the request's header holds in its place.</summary>
    public const string Placeholder = "(a new one for each attempt)";

    private const int Length = 24;

    /// <summary>The key that was written last: the one that an answer must prove to have read.</summary>
    public string Last { get; private set; } = "";

    public override int GetByteCount(char[] chars, int index, int count) => Length;

    public override int GetByteCount(ReadOnlySpan<char> chars) => Length;

    public override int GetMaxByteCount(int charCount) => Length;

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        GetBytes(chars.AsSpan(charIndex, charCount), bytes.AsSpan(byteIndex));

    public override int GetBytes(ReadOnlySpan<char> chars, Span<byte> bytes)
    {
        Last = WebSocketKey.Create();
        return ASCII.GetBytes(Last, bytes);
    }

    public override int GetCharCount(byte[] bytes, int index, int count) => count;

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        ASCII.GetChars(bytes, byteIndex, byteCount, chars, charIndex);

    public override int GetMaxCharCount(int byteCount) => byteCount;
}
