using System.IO.Pipelines;
using Cierre.Transports;

namespace Cierre.SystemNet;

/// <summary>The sending half of a stream of the caller's, which ends as a whole: a stream has no end of one direction.</summary>
internal sealed class StreamWire(PipeReader input, Stream stream) : Wire
{
    public override bool EndsOnShutdown => true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes).ConfigureAwait(SimulationContext.IsCurrent);
        await stream.FlushAsync().ConfigureAwait(SimulationContext.IsCurrent);
    }

    public override ValueTask ShutdownSendAsync() => default;

    public override void Abort() => stream.Dispose();

    public override async ValueTask DisposeAsync()
    {
        await input.CompleteAsync().ConfigureAwait(SimulationContext.IsCurrent);
        await stream.DisposeAsync().ConfigureAwait(SimulationContext.IsCurrent);
    }
}
