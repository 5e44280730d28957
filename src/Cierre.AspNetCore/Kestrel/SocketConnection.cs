using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Cierre.Transports;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>A connection as Kestrel knows it. While it speaks HTTP it does what Kestrel's own socket transport does; after the upgrade its socket can
/// be taken over.</summary>
/// <remarks>
/// What an upgraded connection needs and Kestrel's own does not give: a socket that nobody else reads, an output of which a completed flush says that the
/// kernel has the bytes (of 300 close frames that were flushed through a pipe and followed by a shutdown of the socket none arrived), and silence towards HTTP
/// about the end of the peer's stream.
/// </remarks>
internal sealed class SocketConnection : ConnectionContext, IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature, IMemoryPoolFeature,
    IConnectionLifetimeFeature, IConnectionSocketFeature
{
    // Half a block of Kestrel's pool: less room than that begins a new one.
    private const int LeastBuffer = 2048;

    private readonly SocketSettings _settings;
    private readonly Pipe _input;
    private readonly SocketOutput _output;
    private readonly IDuplexPipe _http;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly DataWait _wait;
    private Task<Exception?> _receiving = Task.FromResult<Exception?>(null);
    private FeatureCollection _features = new(initialCapacity: 8);
    private IDictionary<object, object?>? _items;
    private Reading _reading;
    private volatile Exception? _shutdownReason;
    private volatile bool _peerEnded;
    private volatile bool _cutHere;
    private volatile bool _upgraded;
    private volatile bool _taken;

    private SocketConnection(Socket socket, SocketSettings settings)
    {
        Socket = socket;
        // A receive that finds an error says so without an exception, and one that finds nothing returns.
        socket.Blocking = false;
        _settings = settings;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        _input = new Pipe(settings.Input);
        _wait = settings.Loops?.Wait(socket, settings.Index) ?? new SocketWait(socket);
        _output = new SocketOutput(this, settings.Output, settings.Scheduler, settings.Senders);
        Transport = _http = new DuplexPipe(_input.Reader, _output);
        Features.Set<IConnectionIdFeature>(this);
        Features.Set<IConnectionTransportFeature>(this);
        Features.Set<IConnectionItemsFeature>(this);
        Features.Set<IMemoryPoolFeature>(this);
        Features.Set<IConnectionLifetimeFeature>(this);
        Features.Set<IConnectionSocketFeature>(this);
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

    public MemoryPool<byte> MemoryPool => _settings.Pool;

    public override string ConnectionId { get => field ??= ConnectionIds.Next(); set; }

    public override IFeatureCollection Features => _features;

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    /// <summary>Whether this process cut the connection, before the peer had ended it.</summary>
    public bool IsCutHere => _cutHere;

    public static SocketConnection Start(Socket socket, SocketSettings settings)
    {
        var connection = new SocketConnection(socket, settings);
        connection._receiving = connection.ReceiveAsync();
        return connection;
    }

    /// <summary>From now on a flush sends, and the end of the peer's stream is no business of HTTP's.</summary>
    /// <remarks>
    /// To HTTP a peer's FIN means that nobody waits for the answer, and Kestrel cuts the connection, with RST. A WebSocket peer may well end its
    /// stream right behind its close frame and read on, and ours must reach it.
    /// </remarks>
    public void Upgraded(bool upgraded) => _upgraded = _output.IsDirect = upgraded;

    /// <summary>Hands the socket over, with what was read of it and not used; null where something else, TLS, stands between it and HTTP.</summary>
    public Transport? TakeOver(IDuplexPipe http)
    {
        if (!ReferenceEquals(http, _http))
        {
            _output.Throws = true;
            return null;
        }

        // First, because the receive loop may end by itself, and gives its wait back where the socket is taken.
        Transport transport = _wait.TakeOver(new Transports.Transport.EarlierReader(_input.Reader, _receiving));
        _taken = true;
        _output.LetGo();
        // A loop that fills the pipe ends when it has done so.
        if (Interlocked.Exchange(ref _reading, Reading.Over) == Reading.Waits)
        {
            _input.Writer.Complete();
            _wait.Cancel();
        }

        return transport;
    }

    void IConnectionLifetimeFeature.Abort() =>
        Abort(new ConnectionAbortedException("The connection was aborted by the application via IConnectionLifetimeFeature.Abort()."));

    /// <param name="abortReason">Null where the server itself takes the end of the peer's stream for the end of all.</param>
    public override void Abort(ConnectionAbortedException? abortReason)
    {
        if (abortReason is not null && !_peerEnded && _shutdownReason is null) _cutHere = true;
        Shutdown(abortReason);
        // After the reason is set, which the sender of the output then finds.
        _output.Cancel();
    }

    public override async ValueTask DisposeAsync()
    {
        // Whoever took the socket over ends it, has the rest of the input, and may outlive this.
        if (!_taken)
        {
            await _input.Reader.CompleteAsync().ConfigureAwait(false);
            await _output.CompleteAsync().ConfigureAwait(false);
            await _output.Ended.ConfigureAwait(false);
            await _receiving.ConfigureAwait(false);
        }

        if (_receiving.IsCompleted) _wait.Dispose();
        // An upgraded connection is silent until here.
        if (!_closed.IsCancellationRequested) CancelClosed();
        // Whoever has taken the socket over is not waited for, and the word of the peer's end may be on its way to the pool.
        if (!_taken) _closed.Dispose();
        // A wait for data that ends with the first bytes holds this, and all of the request lies in Kestrel's features.
        _features = new FeatureCollection();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>What an error of a send means; it is no longer sent then.</summary>
    internal (Exception? Reason, Exception? Unexpected) Broken(SocketError error)
    {
        // To a call that is under way the close of the socket by this process looks like a reset by the peer.
        if (_shutdownReason is { } reason) return (reason, null);
        var exception = new SocketException((int)error);
        if (!IsReset(error)) return (exception, IsOfOurs(error) ? null : exception);
        _peerEnded = true;
        SocketLog.Reset(_settings.Logger, ConnectionId);
        return (new ConnectionResetException(exception.Message, exception), null);
    }

    internal void Unexpected(Exception exception) => SocketLog.Error(_settings.Logger, ConnectionId, exception);

    /// <summary>The output has ended: an input that waits for room need not wait any more.</summary>
    internal void OutputEnded() => _input.Writer.CancelPendingFlush();

    /// <summary>Ends the socket, once. In order where everything was sent, by a reset otherwise.</summary>
    internal void Shutdown(Exception? reason)
    {
        lock (_gate)
        {
            // Whoever took the socket over ends it in order.
            if (_shutdownReason is not null || (_taken && reason is null)) return;
            _shutdownReason = reason ?? new ConnectionAbortedException("The Socket transport's send loop completed gracefully.");
            if (reason is not null && !SocketSettings.FinOnError)
            {
                SocketLog.WriteRst(_settings.Logger, ConnectionId, reason.Message);
                Socket.Close(timeout: 0);
            }
            else
            {
                SocketLog.WriteFin(_settings.Logger, ConnectionId, _shutdownReason.Message);
                Transports.Transport.Shutdown(Socket, SocketShutdown.Both);
                Socket.Dispose();
            }
        }

        _wait.SocketClosed();
    }

    private static bool IsReset(SocketError error) =>
        error is SocketError.ConnectionReset or SocketError.Shutdown || (error is SocketError.ConnectionAborted && OperatingSystem.IsWindows());

    private static bool IsOfOurs(SocketError error) =>
        error is SocketError.OperationAborted or SocketError.Interrupted || (error is SocketError.InvalidArgument && !OperatingSystem.IsWindows());

    /// <summary>Moves what comes into the pipe, for as long as HTTP is spoken, and returns what ended it. A wait holds no buffer, and an error of the socket
    /// is a result: a wait for data completes well when the peer resets the connection, and the receive behind it is told.</summary>
    private async Task<Exception?> ReceiveAsync()
    {
        Exception? error = null;
        try
        {
            bool waits = _settings.WaitsWithoutBuffer;
            while (_shutdownReason is null)
            {
                if (waits && Failure(await _wait.ForDataAsync().ConfigureAwait(false)) is { } failure)
                {
                    error = failure;
                    break;
                }

                if (_shutdownReason is not null || Interlocked.CompareExchange(ref _reading, Reading.Fills, Reading.Waits) != Reading.Waits) break;
                int count = Socket.Receive(_input.Writer.GetMemory(LeastBuffer).Span, SocketFlags.None, out SocketError result);
                // A wait can end though nothing has come.
                waits = _settings.WaitsWithoutBuffer || result == SocketError.WouldBlock;
                if (result != SocketError.WouldBlock)
                {
                    error = Failure(result);
                    if (error is not null) break;
                    if (count == 0)
                    {
                        if (_shutdownReason is not null) break;
                        _peerEnded = true;
                        if (!_taken) SocketLog.ReadFin(_settings.Logger, ConnectionId);
                        break;
                    }

                    _input.Writer.Advance(count);
                    if (await FlushInputAsync().ConfigureAwait(false) is { IsCompleted: true } or { IsCanceled: true }) break;
                }

                if (Interlocked.CompareExchange(ref _reading, Reading.Waits, Reading.Fills) != Reading.Fills) break;
            }
        }
        catch (Exception e)
        {
            error = e;
            if (!_taken && (e is not ObjectDisposedException || _shutdownReason is null)) SocketLog.Error(_settings.Logger, ConnectionId, e);
        }

        // No effect where whoever took the socket over has completed it.
        await _input.Writer.CompleteAsync(_shutdownReason ?? error).ConfigureAwait(false);
        _reading = Reading.Over;
        // Where nobody has taken the socket over, somebody still may: of a loop's wait the socket's place on the loop goes with it.
        if (_taken) _wait.Dispose();
        if (!_upgraded) await FireClosedAsync().ConfigureAwait(false);
        return error;
    }

    /// <summary>What an error of a receive means; null where there is none. Of a socket that was taken over nothing is logged: its new owner ends it, is
    /// told what this loop met, and says so.</summary>
    private Exception? Failure(SocketError error)
    {
        if (error == SocketError.Success) return null;
        // As in Broken.
        if (_shutdownReason is not null) return new SocketException((int)SocketError.OperationAborted);
        var exception = new SocketException((int)error);
        if (IsReset(error))
        {
            _peerEnded = true;
            if (!_taken) SocketLog.Reset(_settings.Logger, ConnectionId);
            return new ConnectionResetException(exception.Message, exception);
        }

        if (!_taken) SocketLog.Error(_settings.Logger, ConnectionId, exception);
        return exception;
    }

    private ValueTask<FlushResult> FlushInputAsync()
    {
        ValueTask<FlushResult> flushed = _input.Writer.FlushAsync();
        return flushed.IsCompleted ? flushed : PausedAsync(flushed);
    }

    private async ValueTask<FlushResult> PausedAsync(ValueTask<FlushResult> flushed)
    {
        SocketLog.Paused(_settings.Logger, ConnectionId);
        FlushResult result = await flushed.ConfigureAwait(false);
        SocketLog.Resumed(_settings.Logger, ConnectionId);
        return result;
    }

    /// <summary>Tells that the connection has ended, on the pool: what is told is the application's code.</summary>
    private Task FireClosedAsync()
    {
        var told = new TaskCompletionSource();
        ThreadPool.UnsafeQueueUserWorkItem(
            static state =>
            {
                state.Connection.CancelClosed();
                state.Told.SetResult();
            },
            (Connection: this, Told: told),
            preferLocal: false);
        return told.Task;
    }

    private void CancelClosed()
    {
        try
        {
            _closed.Cancel();
        }
        catch (Exception e)
        {
            SocketLog.ClosedCallbackFailed(_settings.Logger, e);
        }
    }

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
