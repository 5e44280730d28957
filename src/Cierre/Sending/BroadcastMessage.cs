using System.IO.Compression;
using Cierre.Buffers;
using Cierre.Deflate;
using Cierre.Protocol;

namespace Cierre.Sending;

/// <summary>A message for many: each form of it that some connection needs is made once, for the first that does. It belongs to one thread.</summary>
internal sealed class BroadcastMessage(WebSocketOpcode opcode, ReadOnlyMemory<byte> payload, bool compressible = true) : IDisposable
{
    private FramedMessage? _plain;
    private List<(int WindowBits, CompressionLevel Level, FramedMessage? Frames)>? _compressed;
    private SharedBytes? _bytes;

    /// <summary>Who is slow; null as long as nobody is.</summary>
    public SlowReceivers? Slow { get; private set; }

    public WebSocketOpcode Opcode => opcode;

    public ReadOnlySpan<byte> Payload => payload.Span;

    public int Length => payload.Length;

    public bool Compressible => compressible;

    /// <summary>A copy for connections that frame it on their own, later.</summary>
    public SharedBytes Bytes => _bytes ??= SharedBytes.CopyOf(payload.Span);

    private FramedMessage Plain => _plain ??= FramedMessage.Of(opcode, payload.Span);

    /// <summary>The frames of a server with these terms; null where they depend on what the connection sent before.</summary>
    public FramedMessage? FramesFor(DeflateTerms? terms)
    {
        if (terms is null || !compressible || payload.Length < terms.Threshold) return Plain;
        return terms.Sending.Takeover ? null : Compressed(terms.Sending.WindowBits, terms.Level) ?? Plain;
    }

    /// <summary>For one that is.</summary>
    public SlowReceivers SlowOnes() => Slow ??= new SlowReceivers();

    public void Dispose()
    {
        _plain?.Bytes.Release();
        _bytes?.Release();
        if (_compressed is null) return;
        foreach (var form in _compressed) form.Frames?.Bytes.Release();
    }

    private FramedMessage? Compressed(int windowBits, CompressionLevel level)
    {
        foreach (var form in _compressed ??= [])
        {
            if (form.WindowBits == windowBits && form.Level == level) return form.Frames;
        }

        FramedMessage? frames = FramedMessage.Compressed(opcode, payload.Span, windowBits, level);
        _compressed.Add((windowBits, level, frames));
        return frames;
    }
}

/// <summary>What became of a message that waits for nobody.</summary>
internal enum EnqueueResult
{
    Taken,

    /// <summary>Taken, and older ones were dropped to make room.</summary>
    TakenForOlder,

    /// <summary>There is no room for it yet: <see cref="SlowReceivers"/> is told when it is decided.</summary>
    Waits,

    /// <summary>The connection closes or is closed, perhaps for just this message.</summary>
    Closed,
}
