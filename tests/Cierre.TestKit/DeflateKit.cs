using System.IO.Compression;
using Cierre.Deflate;

namespace Cierre.TestKit;

/// <summary>Compressed messages by the framework alone, and terms that no handshake had to agree on.</summary>
internal static class DeflateKit
{
    public static DeflateTerms Terms(bool takeover = false, int windowBits = 15, CompressionLevel level = CompressionLevel.Fastest, int threshold = 0) =>
        new(new DeflateDirection(windowBits, takeover), new DeflateDirection(windowBits, takeover), level, threshold);

    /// <summary>A payload as a peer compresses it: flushed, without the last four bytes. RFC 7692 7.2.1.</summary>
    public static byte[] Compress(ReadOnlySpan<byte> payload)
    {
        using var output = new MemoryStream();
        using var deflate = new DeflateStream(output, CompressionLevel.Optimal);
        deflate.Write(payload);
        deflate.Flush();
        return output.ToArray()[..^4];
    }

    /// <summary>A stored block. RFC 1951 3.2.4.</summary>
    public static byte[] Stored(ReadOnlySpan<byte> data, bool final = false) =>
        [final ? (byte)1 : (byte)0, (byte)data.Length, (byte)(data.Length >> 8), (byte)~data.Length, (byte)(~data.Length >> 8), .. data];

    /// <summary>Inflates one message that is known to be whole.</summary>
    public static byte[] Inflate(ReadOnlySpan<byte> compressed)
    {
        using var inflate = new DeflateStream(new MemoryStream([.. compressed, 0, 0, 0xFF, 0xFF]), CompressionMode.Decompress);
        using var output = new MemoryStream();
        inflate.CopyTo(output);
        return output.ToArray();
    }
}
