using System.IO.Pipelines;
using System.Net.Http;
using System.Net.Sockets;
using Cierre.Transports;

namespace Cierre.Client;

/// <summary>The sending half of a client's connection: the stream that a 101, or an accepted extended CONNECT, left behind.</summary>
/// <remarks>Over cleartext HTTP/1.1 our direction can end alone, by the socket; TLS and HTTP/2 streams end as a whole, after the server's end.</remarks>
/// <param name="ends">Over HTTP/2: when the end of our stream is with the kernel.</param>
internal sealed class ClientWire(
    PipeReader input,
    Stream stream,
    Socket? socket,
    bool canHalfClose,
    bool http2,
    HttpResponseMessage response,
    HttpMessageInvoker invoker,
    EndOfStreamWatch? ends = null) : Wire
{
    // A few bytes that need no window: what holds them up longer is a TCP that takes nothing.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(1);

    private Task? _end;
    private volatile bool _isLost;

    public override bool CancelsReads => false;

    public override int Unread => socket is { Connected: true } ? socket.Available : 0;

    /// <summary>Behind HTTP/2 the peer's transport says things of its own: they are no life of whom we talk to.</summary>
    public override long? Arrived => !http2 && socket is { Connected: true } ? TcpReceived.Of(socket) : null;

    /// <summary>Over HTTP/2 the handler's own frames, and those of other streams, are acknowledged too.</summary>
    public override long? Acknowledged => !http2 && socket is { Connected: true } ? TcpReceived.Acknowledged(socket) : null;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => http2 ? WriteAndFlushAsync(bytes) : stream.WriteAsync(bytes);

    public override ValueTask ShutdownSendAsync()
    {
        if (canHalfClose) socket?.Shutdown(SocketShutdown.Send);
        return default;
    }

    public override void Abort()
    {
        if (http2)
        {
            // RST_STREAM(CANCEL): the other streams of the connection go on.
            _end ??= ends?.NextEnd();
            response.Dispose();
            return;
        }

        if (socket is null)
        {
            stream.Dispose();
            return;
        }

        try
        {
            // A linger of 0 makes the close an RST.
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It ended a moment before; the HTTP handler lets go of the socket when a read is cancelled, too.
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await input.CompleteAsync().ConfigureAwait(false);
            _end ??= ends?.NextEnd();
            await stream.DisposeAsync().ConfigureAwait(false);
            // Before the connection ends: a server would take the end of TCP for the loss of the stream. A stream that was lost has no end to send.
            if (_end is not null && !_isLost) await _end.WaitAsync(LongestEnd).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            response.Dispose();
            invoker.Dispose();
        }
    }

    public override TransportEnd EndOf(Exception exception)
    {
        _isLost = true;
        return base.EndOf(exception);
    }

    private async ValueTask WriteAndFlushAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes).ConfigureAwait(false);
        try
        {
            await stream.FlushAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // HTTP/2 has the bytes, as a kernel would. A server that got our close frame may have closed the connection before this is looked
            // at; a connection that is lost shows where we read.
        }
    }
}
