using System.Runtime.CompilerServices;
using Cierre.Closing;

namespace Cierre.Protocol;

/// <summary>Takes note of the frames of one connection while somebody looks. It must neither block nor use the connection: the engine is in the middle of its
/// work.</summary>
internal abstract class FrameObserver
{
    /// <summary>The header of a frame of the peer's. Unless it was refused, its payload follows.</summary>
    public abstract void OnReceived(in ObservedFrame frame);

    // What is called where frames are hot builds its ObservedFrame in a method of its own: in the caller it would cost stack and its clearing, though nobody
    // looks.

    /// <param name="header">A header that could be read.</param>
    /// <param name="inflates">Whether the message that it belongs to is compressed.</param>
    /// <param name="refused">What it announces breaks a rule.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void OnReceived(in FrameHeader header, bool inflates, bool refused) => OnReceived(ObservedFrame.Of(header, inflates, refused));

    /// <summary>A header that could not.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void OnBroken(in FrameReader reader, ReadOnlyMemory<byte> input) => OnReceived(ObservedFrame.Broken(reader.InvalidHeader(input.Span)));

    /// <inheritdoc cref="OnSent(in ObservedFrame, ReadOnlySpan{byte})"/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void OnSent(WebSocketRole role, WebSocketOpcode opcode, bool fin, bool compressed, ReadOnlySpan<byte> payload) =>
        OnSent(ObservedFrame.Sent(role, opcode, fin, compressed, payload.Length), payload);

    /// <summary>A piece of its payload, unmasked; compressed where the message is.</summary>
    public abstract void CamePayload(ReadOnlySpan<byte> piece);

    /// <summary>A frame of ours was written.</summary>
    /// <param name="frame">Its header.</param>
    /// <param name="payload">Its payload, before masking.</param>
    public abstract void OnSent(in ObservedFrame frame, ReadOnlySpan<byte> payload);

    /// <summary>The peer broke a rule.</summary>
    public abstract void Broken(Violation violation);
}
