using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Cierre.Opening;

/// <summary>RFC 6455 4.1 and 4.2.2: Sec-WebSocket-Key, and the Sec-WebSocket-Accept that answers it.</summary>
internal static class WebSocketKey
{
    private const int NonceLength = 16;
    private const int EncodedLength = 24;
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>Creates the key of one handshake: 16 random bytes in base64, never used twice.</summary>
    public static string Create()
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        RandomNumberGenerator.Fill(nonce);
        return Convert.ToBase64String(nonce);
    }

    /// <summary>Tells whether a client's key decodes to 16 bytes.</summary>
    public static bool IsValid(string key) =>
        // The length first, because the decoder tolerates white space between the characters.
        key.Length == EncodedLength && Base64.IsValid(key, out var decoded) && decoded == NonceLength;

    /// <summary>Computes the Sec-WebSocket-Accept that proves that the server read this key.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "RFC 6455 4.2.2 prescribes SHA-1; it shows that the server understood, and protects nothing.")]
    public static string Accept(string key)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid), hash);
        return Convert.ToBase64String(hash);
    }
}
