using System.Buffers;

namespace Cierre.Protocol;

/// <summary>Writes whole frames, so that the output always stands at the border of a frame. RFC 6455 5.2, 5.3.</summary>
internal readonly struct FrameWriter(WebSocketRole role)
{
    /// <summary>The largest frame that we send: a longer message goes out in fragments, so that a pong or a close frame never waits for more than
    /// this.</summary>
    public const int MaxPayload = 64 * 1024;

    /// <param name="output">Where to.</param>
    /// <param name="opcode">What it is.</param>
    /// <param name="fin">It is the last of its message.</param>
    /// <param name="payload">At most <see cref="MaxPayload"/> bytes.</param>
    /// <param name="compressed">The message is; its first frame says so in RSV1. RFC 7692 6.</param>
    /// <param name="observer">Who looks; null: nobody.</param>
    public void Write(IBufferWriter<byte> output, WebSocketOpcode opcode, bool fin, ReadOnlySpan<byte> payload, bool compressed = false,
        FrameObserver? observer = null)
    {
        observer?.OnSent(role, opcode, fin, compressed, payload);
        bool masked = role == WebSocketRole.Client;
        int size = FrameHeader.Size(payload.Length, masked) + payload.Length;
        Span<byte> frame = output.GetSpan(size);
        uint key = masked ? Masking.NewKey() : 0;
        int header = FrameHeader.Write(frame, fin, opcode, payload.Length, masked ? key : null, rsv1: compressed && opcode != WebSocketOpcode.Continuation);
        Span<byte> body = frame.Slice(header, payload.Length);
        payload.CopyTo(body);
        if (masked) Masking.Apply(body, key);
        output.Advance(size);
    }
}
