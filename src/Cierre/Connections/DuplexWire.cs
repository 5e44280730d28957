using System.IO.Pipelines;
using Cierre.Transports;

namespace Cierre.Connections;

/// <summary>The sending half of a duplex pipe: its completion is FIN, a completion with an error RST.</summary>
internal sealed class DuplexWire(PipeReader input, PipeWriter output) : Wire
{
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        FlushResult result = await output.WriteAsync(bytes).ConfigureAwait(SimulationContext.IsCurrent);
        if (result.IsCompleted) throw new IOException("The other end of the pipe is gone.");
    }

    public override ValueTask ShutdownSendAsync() => output.CompleteAsync();

    public override void Abort() => output.Complete(new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionReset));

    public override async ValueTask DisposeAsync()
    {
        await output.CompleteAsync().ConfigureAwait(SimulationContext.IsCurrent);
        await input.CompleteAsync().ConfigureAwait(SimulationContext.IsCurrent);
    }
}
