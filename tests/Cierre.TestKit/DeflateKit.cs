using System.IO.Compression;
using System.Text;
using Cierre.Buffers;
using Cierre.Closing;
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

    /// <summary>One message in these pieces, through an inflater of ours: its bytes as Latin-1, or the name of what is wrong with it.</summary>
    public static string Inflate(MessageInflater inflater, params byte[][] pieces)
    {
        PooledBuffer target = default;
        inflater.Begin();
        Violation? violation = null;
        for (int i = 0; i < pieces.Length; i++) violation ??= inflater.Inflate(pieces[i], last: i == pieces.Length - 1, ref target);
        string text = violation?.Reason.Key ?? Encoding.Latin1.GetString(target.Span);
        target.Release();
        return text;
    }

    /// <summary>Inflates one message that is known to be whole.</summary>
    public static byte[] Inflate(ReadOnlySpan<byte> compressed)
    {
        using var inflate = new DeflateStream(new MemoryStream([.. compressed, 0, 0, 0xFF, 0xFF]), CompressionMode.Decompress);
        using var output = new MemoryStream();
        inflate.CopyTo(output);
        return output.ToArray();
    }
}
