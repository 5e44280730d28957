using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using Cierre.Transports;
using Microsoft.AspNetCore.Connections.Features;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>The sending half of an upgraded HTTP/1.1 connection whose socket cannot be taken over: TLS, or another transport.</summary>
/// <param name="own">Our own transport, where it is the one below: a completed flush of <paramref name="output"/> means then that the kernel has the
/// bytes.</param>
/// <param name="socket">The socket, where there is one below.</param>
internal sealed class KestrelWire(PipeWriter output, SocketConnection? own, Socket? socket, SslStream? tls, IConnectionLifetimeFeature? lifetime) : Wire
{
    private volatile bool _aborted;
    private volatile bool _writing;
    private bool _shut;

    public override bool ShutsBetweenReads => tls is not null;

    public override int Unread => socket?.Available ?? 0;

    public override long? Arrived => socket is null ? null : Transport.BytesReceived(socket);

    public override long? Acknowledged => socket is null ? null : Transport.BytesAcknowledged(socket);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        _writing = true;
        FlushResult result = await output.WriteAsync(bytes).ConfigureAwait(false);
        _writing = false;
        // Whose doing that is, the reader is told.
        if (result.IsCompleted) throw new IOException("The connection takes no more output.");
    }

    public override async ValueTask ShutdownSendAsync()
    {
        if (_shut) return;
        _shut = true;
        // A shutdown of the socket under TLS would truncate the stream for the peer and break our own reading: close_notify instead.
        if (tls is not null) await tls.ShutdownAsync().ConfigureAwait(false);
        else if (own is not null) own.Socket.Shutdown(SocketShutdown.Send);
        else await output.CompleteAsync().ConfigureAwait(false);
    }

    public override TransportEnd EndOf(Exception exception) => KestrelFault.OfConnection(exception, own is { IsCutHere: true });

    public override void Abort()
    {
        _aborted = true;
        lifetime?.Abort();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_aborted) return;
        // Kestrel lets go of the socket when the request's delegate returns; a handler that lingers should not keep the peer waiting. A peer
        // that takes nothing is cut: nothing in order would reach it.
        if (_writing) Abort();
        else if (tls is null) await ShutdownSendAsync().ConfigureAwait(false);
        else _ = NotifyAsync();
    }

    private async Task NotifyAsync()
    {
        try
        {
            await ShutdownSendAsync().ConfigureAwait(false);
            if (own is not null) own.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The peer was faster.
        }
    }
}
