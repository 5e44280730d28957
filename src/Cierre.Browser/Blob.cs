using System.Runtime.CompilerServices;
using System.Text;

namespace Cierre.Browser;

/// <summary>Holds immutable bytes, or knows the file or stream they are read from when they are needed. File API 3.</summary>
public sealed class Blob
{
    private readonly Func<Stream>? _open;
    private readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>Creates one in memory.</summary>
    /// <param name="bytes">The content; copied.</param>
    /// <param name="type">Its media type, such as <c>image/png</c>; empty for unknown.</param>
    /// <exception cref="ArgumentNullException">The type is null.</exception>
    public Blob(ReadOnlyMemory<byte> bytes, string type = "")
        : this(bytes.ToArray(), bytes.Length, null, type) { }

    private Blob(byte[] owned, long size, Func<Stream>? open, string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        (_bytes, Size, _open) = (owned, size, open);
        // File API 3.1: a type outside of printable ASCII is none, and its case does not count.
        Type = type.AsSpan().ContainsAnyExceptInRange(' ', '~') ? "" : type.ToLowerInvariant();
    }

    /// <summary>How many bytes it has.</summary>
    public long Size { get; }

    /// <summary>Its media type, in lower case; empty for unknown.</summary>
    public string Type { get; }

    /// <summary>The content where it is in memory; null where it has to be read.</summary>
    internal ReadOnlyMemory<byte>? Bytes => _open is null ? _bytes : default(ReadOnlyMemory<byte>?);

    /// <summary>Creates one from a file, which is read whenever the content is needed, and must not change until then.</summary>
    /// <param name="path">The file; it must exist.</param>
    /// <param name="type">Its media type; empty for unknown.</param>
    /// <returns>The blob; its size is the file's at this moment.</returns>
    /// <exception cref="IOException">There is no such file, or it cannot be asked for its size.</exception>
    public static Blob FromFile(string path, string type = "")
    {
        string full = Path.GetFullPath(path);
        return FromStream(Open, new FileInfo(full).Length, type);

        Stream Open() => new FileStream(
            full, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
    }

    /// <summary>Creates one from a stream that is opened whenever the content is needed.</summary>
    /// <param name="open">Opens a stream at the start of the content, the same each time; it is read once and disposed.</param>
    /// <param name="size">How many bytes it gives; what it gives beyond that is not read.</param>
    /// <param name="type">The media type; empty for unknown.</param>
    /// <returns>The blob.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public static Blob FromStream(Func<Stream> open, long size, string type = "")
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return new Blob([], size, open, type);
    }

    /// <summary>Opens the content for reading: the standard's <c>stream()</c>.</summary>
    /// <returns>A stream to read once and to dispose.</returns>
    public Stream OpenRead() => _open is null ? new MemoryStream(_bytes.ToArray(), writable: false) : _open();

    /// <summary>Reads the content.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The bytes, which are the blob's own where it is in memory.</returns>
    /// <exception cref="IOException">The content cannot be read, or has fewer bytes than <see cref="Size"/>.</exception>
    public async Task<ReadOnlyMemory<byte>> ArrayBufferAsync(CancellationToken cancellationToken = default)
    {
        if (Bytes is { } here) return here;
        byte[] bytes = new byte[Size];
        Stream stream = OpenRead();
        await using ConfiguredAsyncDisposable end = stream.ConfigureAwait(SimulationContext.IsCurrent);
        await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        return bytes;
    }

    /// <summary>Reads the content as UTF-8 text.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The text, with U+FFFD for what is not UTF-8 and without a byte order mark.</returns>
    /// <exception cref="IOException">The content cannot be read, or has fewer bytes than <see cref="Size"/>.</exception>
    public async Task<string> TextAsync(CancellationToken cancellationToken = default)
    {
        ReadOnlyMemory<byte> bytes = await ArrayBufferAsync(cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        // Encoding, UTF-8 decode: the byte order mark is not part of the text.
        return Encoding.UTF8.GetString(bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes.Span[3..] : bytes.Span);
    }

    /// <summary>Takes over bytes that nobody else has.</summary>
    internal static Blob Own(byte[] bytes) => new(bytes, bytes.Length, null, "");
}
