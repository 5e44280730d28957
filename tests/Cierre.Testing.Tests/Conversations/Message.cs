using System.Globalization;
using System.Text;

namespace Cierre.Testing.Tests.Conversations;

/// <summary>A message whose bytes say which one it is, so that one that comes twice, cut or changed is seen.</summary>
internal readonly record struct Message(WebSocketMessageKind Kind, int Number, int Length)
{
    private const int HeadLength = 8;

    /// <summary>Whose content was skipped by its reader.</summary>
    public bool IsSkipped => Length < 0;

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        bytes.AsSpan().Fill(Filling(Number));
        if (Length >= HeadLength) Encoding.ASCII.GetBytes(Number.ToString("D8", CultureInfo.InvariantCulture), bytes);
        return bytes;
    }

    /// <summary>What came instead, in words; null if it is this message.</summary>
    public string? Mismatch(WebSocketMessageKind kind, ReadOnlySpan<byte> bytes)
    {
        if (kind != Kind || bytes.Length != Length) return $"{kind} of {bytes.Length} bytes";
        if (Length >= HeadLength)
        {
            if (!int.TryParse(bytes[..HeadLength], NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number != Number) return $"a message with the head \"{Encoding.ASCII.GetString(bytes[..HeadLength])}\"";
            bytes = bytes[HeadLength..];
        }

        return bytes.ContainsAnyExcept(Filling(Number)) ? "its own length with other bytes in it" : null;
    }

    private static byte Filling(int number) => (byte)('a' + (number % 26));
}
