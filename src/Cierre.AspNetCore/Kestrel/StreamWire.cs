using System.IO.Pipelines;
using Cierre.Transports;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>The sending half of an upgraded stream of a server that shows no more than the stream.</summary>
internal sealed class StreamWire(PipeReader input, Stream stream) : Wire
{
    public override bool EndsOnShutdown => true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes).ConfigureAwait(false);
        await stream.FlushAsync().ConfigureAwait(false);
    }

    public override ValueTask ShutdownSendAsync() => default;

    public override void Abort() => stream.Dispose();

    public override TransportEnd EndOf(Exception exception) => KestrelFault.OfConnection(exception, isCutHere: false);

    public override async ValueTask DisposeAsync()
    {
        await input.CompleteAsync().ConfigureAwait(false);
        await stream.DisposeAsync().ConfigureAwait(false);
    }
}
