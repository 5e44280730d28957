using System.IO.Pipelines;

namespace Cierre.Transports;

/// <summary>The sending half of a stream of somebody else's, which ends as a whole: a stream has no end of one direction.</summary>
/// <param name="endOf">What an exception of the stream says about the end; null: what it says of any.</param>
internal sealed class StreamWire(PipeReader input, Stream stream, Func<Exception, TransportEnd>? endOf) : Wire
{
    public override bool EndsOnShutdown => true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes).ConfigureAwait(SimulationContext.IsCurrent);
        await stream.FlushAsync().ConfigureAwait(SimulationContext.IsCurrent);
    }

    public override ValueTask ShutdownSendAsync() => default;

    public override void Abort() => stream.Dispose();

    public override TransportEnd EndOf(Exception exception) => endOf?.Invoke(exception) ?? base.EndOf(exception);

    public override async ValueTask DisposeAsync()
    {
        await input.CompleteAsync().ConfigureAwait(SimulationContext.IsCurrent);
        await stream.DisposeAsync().ConfigureAwait(SimulationContext.IsCurrent);
    }
}
