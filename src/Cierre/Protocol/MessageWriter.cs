using System.Buffers;
using Cierre.Deflate;

namespace Cierre.Protocol;

/// <summary>Writes messages as frames and decides which are compressed. RFC 6455 5.4, 6.1; RFC 7692 6.1.</summary>
internal struct MessageWriter(FrameWriter frames, DeflateTerms? deflate) : IDisposable
{
    private readonly MessageDeflater? _deflater = deflate is null ? null : new MessageDeflater(deflate.Sending, deflate.Level);
    private readonly int _threshold = deflate?.Threshold ?? 0;
    private bool _compresses;

    /// <summary>Writes the next piece of a message and returns in how many frames.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="opcode">Text or Binary for the first piece, else Continuation.</param>
    /// <param name="fin">It is the last.</param>
    /// <param name="payload">At most <see cref="FrameWriter.MaxPayload"/> bytes.</param>
    /// <param name="compressible">The sender does not mind; read of the first piece only.</param>
    /// <param name="observer">Who looks at the frames; null: nobody.</param>
    public int Write(IBufferWriter<byte> output, WebSocketOpcode opcode, bool fin, ReadOnlySpan<byte> payload, bool compressible,
        FrameObserver? observer = null)
    {
        bool first = opcode != WebSocketOpcode.Continuation;
        // A message in several pieces is not small.
        if (first) _compresses = compressible && _deflater is not null && (!fin || payload.Length >= _threshold);
        if (_compresses) return WriteCompressed(_deflater!, output, opcode, fin, payload, observer);
        frames.Write(output, opcode, fin, payload, observer: observer);
        return 1;
    }

    /// <summary>Whether the message that was written last, or is being written, is compressed.</summary>
    public readonly bool Compresses => _compresses;

    public readonly void Dispose() => _deflater?.Dispose();

    private readonly int WriteCompressed(MessageDeflater deflater, IBufferWriter<byte> output, WebSocketOpcode opcode, bool fin, ReadOnlySpan<byte> payload,
        FrameObserver? observer)
    {
        bool first = opcode != WebSocketOpcode.Continuation;
        ReadOnlySpan<byte> rest = deflater.Deflate(payload, fin);
        int count = 0;
        if (first && fin && rest.Length >= payload.Length && !deflater.Commits)
        {
            frames.Write(output, opcode, fin, payload, observer: observer);
            count = 1;
        }
        else
        {
            do
            {
                ReadOnlySpan<byte> piece = rest[..Math.Min(rest.Length, FrameWriter.MaxPayload)];
                rest = rest[piece.Length..];
                frames.Write(output, count == 0 ? opcode : WebSocketOpcode.Continuation, fin && rest.IsEmpty, piece, compressed: true, observer);
                count++;
            }
            while (!rest.IsEmpty);
        }

        deflater.Release();
        return count;
    }
}
