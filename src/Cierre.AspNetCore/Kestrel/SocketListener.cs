using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Cierre.AspNetCore.Kestrel;

internal sealed class SocketListener(Socket socket, SocketTransportOptions options, IMemoryPoolFactory<byte>? pools) : IConnectionListener
{
    private readonly MemoryPool<byte> _pool = pools?.Create(new MemoryPoolOptions { Owner = "cierre" }) ?? MemoryPool<byte>.Shared;
    private PipeOptions? _input;

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    /// <summary>HTTP's backpressure is the options' to say; the application's code runs on the pool unless they say otherwise.</summary>
    private PipeOptions Input => _input ??= new PipeOptions(
        _pool,
        readerScheduler: options.UnsafePreferInlineScheduling ? PipeScheduler.Inline : PipeScheduler.ThreadPool,
        writerScheduler: PipeScheduler.ThreadPool,
        pauseWriterThreshold: options.MaxReadBufferSize ?? 0,
        resumeWriterThreshold: (options.MaxReadBufferSize ?? 0) / 2,
        useSynchronizationContext: false);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                Socket accepted = await socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
                if (accepted.LocalEndPoint is IPEndPoint) accepted.NoDelay = options.NoDelay;
                return SocketConnection.Start(accepted, Input);
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException)
            {
                // The peer was gone before it was accepted.
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        return default;
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        if (pools is not null) _pool.Dispose();
        return default;
    }
}
