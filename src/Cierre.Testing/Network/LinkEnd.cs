using System.IO.Pipelines;

namespace Cierre.Testing.Network;

/// <summary>What a side holds of a link: pipes that tell the network of every read, write and end.</summary>
internal sealed class LinkEnd(LinkDirection incoming, LinkDirection outgoing) : IDuplexPipe
{
    public PipeReader Input { get; } = new EndReader(incoming);

    public PipeWriter Output { get; } = new EndWriter(outgoing);

    private sealed class EndReader(LinkDirection direction) : PipeReader
    {
        private ReadResult _last;

        public override bool TryRead(out ReadResult result)
        {
            if (!direction.Received.TryRead(out result)) return false;
            _last = result;
            return true;
        }

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            _last = await direction.Received.ReadAsync(cancellationToken);

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            long count = _last.Buffer.Slice(0, consumed).Length;
            _last = default;
            direction.Received.AdvanceTo(consumed, examined);
            direction.Took(count);
        }

        public override void CancelPendingRead() => direction.Received.CancelPendingRead();

        public override void Complete(Exception? exception = null) => direction.ReceiverLeaves();
    }

    private sealed class EndWriter(LinkDirection direction) : PipeWriter
    {
        private Memory<byte> _memory;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory = direction.ToSend.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes)
        {
            direction.Written(_memory.Span[..bytes]);
            _memory = _memory[bytes..];
            direction.ToSend.Advance(bytes);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            ValueTask<FlushResult> flush = direction.ToSend.FlushAsync(cancellationToken);
            direction.Wake();
            return flush;
        }

        public override void CancelPendingFlush() => direction.ToSend.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => direction.SenderEnds(exception);
    }
}
