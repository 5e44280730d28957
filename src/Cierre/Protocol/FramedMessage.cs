using System.IO.Compression;
using Cierre.Buffers;
using Cierre.Deflate;

namespace Cierre.Protocol;

/// <summary>A message in the frames of a server, made once for all that get it: what a server sends is not masked, so it is the same for each. RFC 6455 5.1,
/// 5.4.</summary>
/// <remarks>Whoever creates it holds one share of <see cref="Bytes"/>.</remarks>
internal sealed class FramedMessage
{
    private static readonly int FullFrame = FrameHeader.Size(FrameWriter.MaxPayload, masked: false) + FrameWriter.MaxPayload;

    private FramedMessage(SharedBytes bytes, int payload) => (Bytes, Payload) = (bytes, payload);

    public SharedBytes Bytes { get; }

    public int Length => Bytes.Length;

    /// <summary>The size of the message, without framing and before compression.</summary>
    public int Payload { get; }

    public static FramedMessage Of(WebSocketOpcode opcode, ReadOnlySpan<byte> payload) => Of(opcode, payload, payload.Length, rsv1: false);

    /// <summary>The same, compressed; null where that would not make it smaller. What connections without context takeover get is the same for each. RFC 7692
    /// 7.1.1.</summary>
    public static FramedMessage? Compressed(WebSocketOpcode opcode, ReadOnlySpan<byte> payload, int windowBits, CompressionLevel level)
    {
        using var deflater = new MessageDeflater(new DeflateDirection(windowBits, Takeover: false), level);
        ReadOnlySpan<byte> deflated = deflater.Deflate(payload, last: true);
        return deflated.Length < payload.Length ? Of(opcode, deflated, payload.Length, rsv1: true) : null;
    }

    private static FramedMessage Of(WebSocketOpcode opcode, ReadOnlySpan<byte> data, int payload, bool rsv1)
    {
        var output = new Frames();
        var writer = new FrameWriter(WebSocketRole.Server);
        ReadOnlySpan<byte> rest = data;
        do
        {
            ReadOnlySpan<byte> piece = rest[..Math.Min(rest.Length, FrameWriter.MaxPayload)];
            rest = rest[piece.Length..];
            bool first = output.IsEmpty;
            writer.Write(output, first ? opcode : WebSocketOpcode.Continuation, rest.IsEmpty, piece, rsv1 && first);
        }
        while (!rest.IsEmpty);
        return new FramedMessage(output.Take(), payload);
    }

    /// <summary>The size of the frame that begins at <paramref name="offset"/>: every one but the last is full.</summary>
    public int FrameAt(int offset) => Math.Min(FullFrame, Length - offset);

    private sealed class Frames : System.Buffers.IBufferWriter<byte>
    {
        private PooledBuffer _bytes;

        public bool IsEmpty => _bytes.IsEmpty;

        public void Advance(int count) => _bytes.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public SharedBytes Take() => SharedBytes.TakeFrom(ref _bytes);
    }
}
