using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Cierre.Transports;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>A connection as Kestrel knows it. While it speaks HTTP its bytes come through a pipe; after the upgrade its socket can be taken over.</summary>
/// <remarks>
/// Output goes to the socket itself, with no pipe and no second thread: through Kestrel's own transport a completed flush says nothing about
/// the kernel, and of 300 close frames that were flushed and followed by a shutdown of the socket none arrived.
/// </remarks>
internal sealed class SocketConnection : DefaultConnectionContext, IConnectionSocketFeature, IMemoryPoolFeature
{
    private static long s_lastId = DateTime.UtcNow.Ticks;

    private readonly CancellationTokenSource _closed = new();
    private readonly Pipe _input;
    private readonly DirectPipe _http;
    private Task<Exception?> _receiving = Task.FromResult<Exception?>(null);
    private Reading _reading;
    private volatile bool _upgraded;

    private SocketConnection(Socket socket, PipeOptions input)
        : base(Interlocked.Increment(ref s_lastId).ToString("X13", System.Globalization.CultureInfo.InvariantCulture))
    {
        Socket = socket;
        MemoryPool = input.Pool;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        _input = new Pipe(input);
        _http = new DirectPipe(_input.Reader, PipeWriter.Create(new NetworkStream(socket, ownsSocket: false), new StreamPipeWriterOptions(input.Pool, leaveOpen: true)));
        Transport = _http;
        ConnectionClosed = _closed.Token;
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set<IMemoryPoolFeature>(this);
        Features.Set(this);
    }

    /// <summary>Who reads the socket.</summary>
    private enum Reading
    {
        /// <summary>The receive loop waits for bytes and has none in its hands.</summary>
        Waits,

        /// <summary>The receive loop moves bytes into the pipe.</summary>
        Fills,

        /// <summary>The receive loop has ended, or ends at its next step.</summary>
        Over,
    }

    public Socket Socket { get; }

    public MemoryPool<byte> MemoryPool { get; }

    public static SocketConnection Start(Socket socket, PipeOptions input)
    {
        var connection = new SocketConnection(socket, input);
        connection._receiving = connection.ReceiveAsync();
        return connection;
    }

    /// <summary>From now on the end of the peer's stream is no business of HTTP's.</summary>
    /// <remarks>
    /// To HTTP a peer's FIN means that nobody waits for the answer, and Kestrel cuts the connection, with RST. A WebSocket peer may well end its
    /// stream right behind its close frame and read on, and ours must reach it.
    /// </remarks>
    public void Upgraded(bool upgraded) => _upgraded = upgraded;

    /// <summary>Hands the socket over, with what was read of it and not used; null where something else, TLS, stands between it and HTTP.</summary>
    public SocketTransport? TakeOver(IDuplexPipe http)
    {
        if (!ReferenceEquals(http, _http)) return null;
        if (Interlocked.Exchange(ref _reading, Reading.Over) == Reading.Waits) _input.Writer.Complete();
        return new SocketTransport(Socket, new EarlierReader(_input.Reader, _receiving));
    }

    public override void Abort(ConnectionAbortedException abortReason) => Socket.Close(timeout: 0);

    public override async ValueTask DisposeAsync()
    {
        // Whatever was flushed is in the kernel already.
        await _http.Output.CompleteAsync(new ConnectionAbortedException()).ConfigureAwait(false);
        await _input.Reader.CompleteAsync().ConfigureAwait(false);
        SocketTransport.Shutdown(Socket, SocketShutdown.Both);
        // A shutdown ends the wait in order. Disposed of first, the socket would end it with an exception: tens of microseconds for each of thousands
        // that are dropped at once. On Windows only disposing ends it.
        if (!OperatingSystem.IsWindows()) await _receiving.ConfigureAwait(false);
        Socket.Dispose();
        await _receiving.ConfigureAwait(false);
        _closed.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Moves what comes into the pipe, for as long as HTTP is spoken, and returns what ended it. A wait holds no buffer.</summary>
    /// <remarks>One method: of thousands of connections that are cut at once, each throws once here and not once for each method on the way.</remarks>
    private async Task<Exception?> ReceiveAsync()
    {
        Exception? error = null;
        try
        {
            while (true)
            {
                await Socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
                // Such a wait can end though nothing has come, 4 times in 100 under load; a receive that waits now would be in nobody's books.
                if (!Socket.Poll(0, SelectMode.SelectRead)) continue;
                if (Interlocked.CompareExchange(ref _reading, Reading.Fills, Reading.Waits) != Reading.Waits) break;
                int count = await Socket.ReceiveAsync(_input.Writer.GetMemory(), SocketFlags.None).ConfigureAwait(false);
                if (count == 0) break;
                _input.Writer.Advance(count);
                if (await _input.Writer.FlushAsync().ConfigureAwait(false) is { IsCompleted: true }) break;
                if (Interlocked.CompareExchange(ref _reading, Reading.Waits, Reading.Fills) != Reading.Fills) break;
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is not SocketError.OperationAborted)
        {
            error = new ConnectionResetException(e.Message, e);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            error = new ConnectionAbortedException("The connection was cut by the server.", e);
        }

        // No effect where whoever took the socket over has completed it.
        await _input.Writer.CompleteAsync(error).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _reading, Reading.Over) != Reading.Over && !_upgraded) await _closed.CancelAsync().ConfigureAwait(false);
        return error;
    }

    private sealed record DirectPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
