using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre.Sending;

/// <summary>A message of a broadcast that waits: frames that were made once for all.</summary>
/// <param name="frames">One share, given back here.</param>
/// <param name="mayDrop">Whether it may give way to a newer one.</param>
internal sealed class FramedSend(FramedMessage frames, bool mayDrop = true) : OutboxEntry
{
    // Below it a copy costs less than a call of the kernel for this frame alone.
    private const int WorthNoCopy = 4096;

    private int _sent;

    public override int Rest => frames.Length - _sent;

    public override bool Begun => _sent != 0;

    public override bool MayDrop => mayDrop && !Begun;

    public override int NextShared => frames.FrameAt(_sent) is var size and >= WorthNoCopy ? size : 0;

    public override bool WriteNext(WebSocketProtocol engine, Transport output, bool continued, TimeSpan now)
    {
        int size = frames.FrameAt(_sent);
        ReadOnlyMemory<byte> frame = frames.Bytes.Memory.Slice(_sent, size);
        if (size >= WorthNoCopy) output.StageShared(frames.Bytes, frame);
        else System.Buffers.BuffersExtensions.Write(output, frame.Span);
        _sent += size;
        engine.CountFrame(frames, last: Rest == 0, now);
        return Rest == 0;
    }

    public override void Complete() => frames.Bytes.Release();

    public override void Fail(Exception exception) => frames.Bytes.Release();
}
