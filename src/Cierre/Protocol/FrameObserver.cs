using Cierre.Closing;

namespace Cierre.Protocol;

/// <summary>Takes note of the frames of one connection while somebody looks. It must neither block nor use the connection: the engine is in the middle of its work.</summary>
internal abstract class FrameObserver
{
    /// <summary>The header of a frame of the peer's. Unless it was refused, its payload follows.</summary>
    public abstract void Came(in SeenFrame frame);

    /// <summary>A piece of its payload, unmasked; compressed where the message is.</summary>
    public abstract void CamePayload(ReadOnlySpan<byte> piece);

    /// <summary>A frame of ours was written.</summary>
    /// <param name="frame">Its header.</param>
    /// <param name="payload">Its payload, before masking.</param>
    public abstract void Went(in SeenFrame frame, ReadOnlySpan<byte> payload);

    /// <summary>The peer broke a rule.</summary>
    public abstract void Broken(Violation violation);
}
