using Cierre.Buffers;
using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre.Sending;

/// <summary>A message that waits while its sender does not: it holds its own bytes, or a share of those of a broadcast.</summary>
/// <param name="opcode">Text or Binary.</param>
/// <param name="bytes">One share, given back here.</param>
/// <param name="compressible">Whether it may be compressed, where that was agreed on.</param>
/// <param name="mayDrop">Whether it may give way to a newer one.</param>
internal sealed class UnawaitedSend(WebSocketOpcode opcode, SharedBytes bytes, bool compressible, bool mayDrop = true) : OutboxEntry
{
    private int _sent;

    public override int Rest => bytes.Length - _sent;

    public override bool Begun => _sent != 0;

    public override bool MayDrop => mayDrop && !Begun;

    public override bool WriteNext(WebSocketProtocol engine, Transport output, bool continued, TimeSpan now)
    {
        ReadOnlySpan<byte> rest = bytes.Memory.Span[_sent..];
        bool last = rest.Length <= FrameWriter.MaxPayload;
        if (!last) rest = rest[..FrameWriter.MaxPayload];
        engine.WriteData(output, Begun ? WebSocketOpcode.Continuation : opcode, last, rest, now, compressible);
        _sent += rest.Length;
        return last;
    }

    public override void Complete() => bytes.Release();

    public override void Fail(Exception exception) => bytes.Release();
}
