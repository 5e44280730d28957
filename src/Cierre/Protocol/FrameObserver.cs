using System.Runtime.CompilerServices;
using Cierre.Closing;

namespace Cierre.Protocol;

/// <summary>Takes note of the frames of one connection while somebody looks. It must neither block nor use the connection: the engine is in the middle of its
/// work.</summary>
internal abstract class FrameObserver
{
    /// <summary>The header of a frame of the peer's. Unless it was refused, its payload follows.</summary>
    public abstract void Came(in SeenFrame frame);

    // What is called where frames are hot builds its SeenFrame in a method of its own: in the caller it would cost stack and its clearing, though nobody looks.

    /// <param name="header">A header that could be read.</param>
    /// <param name="inflates">Whether the message that it belongs to is compressed.</param>
    /// <param name="refused">What it announces breaks a rule.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Came(in FrameHeader header, bool inflates, bool refused) => Came(SeenFrame.Of(header, inflates, refused));

    /// <summary>A header that could not.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void CameBroken(in FrameReader reader, ReadOnlyMemory<byte> input) => Came(SeenFrame.Broken(reader.InvalidHeader(input.Span)));

    /// <inheritdoc cref="Went(in SeenFrame, ReadOnlySpan{byte})"/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Went(WebSocketRole role, WebSocketOpcode opcode, bool fin, bool compressed, ReadOnlySpan<byte> payload) => Went(SeenFrame.Sent(role, opcode, fin, compressed, payload.Length), payload);

    /// <summary>A piece of its payload, unmasked; compressed where the message is.</summary>
    public abstract void CamePayload(ReadOnlySpan<byte> piece);

    /// <summary>A frame of ours was written.</summary>
    /// <param name="frame">Its header.</param>
    /// <param name="payload">Its payload, before masking.</param>
    public abstract void Went(in SeenFrame frame, ReadOnlySpan<byte> payload);

    /// <summary>The peer broke a rule.</summary>
    public abstract void Broken(Violation violation);
}
