using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Cierre.Buffers;

namespace Cierre.Transports;

/// <summary>Bytes in, staged bytes out, an end: what a connection needs of a socket, and nothing of WebSockets.</summary>
/// <remarks>
/// Staging and <see cref="BeginFlush"/> belong to whoever holds the connection's lock; at most one flush is under way. While it is,
/// further bytes are staged in a second buffer, so that a batch leaves in one write and no writer waits for another.
/// </remarks>
internal abstract class Transport : IBufferWriter<byte>, IThreadPoolWorkItem
{
    private PooledBuffer _staged;
    private PooledBuffer _flushing;
    private SharedBytes? _shared;
    private ReadOnlyMemory<byte> _slice;
    private bool _sharedIsFlushing;

    /// <summary>Who has read a socket until now.</summary>
    /// <param name="Read">What it read and nobody used; completed behind that.</param>
    /// <param name="Ended">Completes when it has let go, at the latest with the next bytes; with an exception if it met the socket's end, which is told
    /// only once.</param>
    internal sealed record EarlierReader(PipeReader Read, Task<Exception?> Ended);

    /// <summary>Over a reader, and a sending half of any kind.</summary>
    /// <param name="scheduler">Where it reads, and runs what must not run in its caller's place; null: the thread pool.</param>
    public static Transport OverPipe(PipeReader input, Wire wire, PipeScheduler? scheduler = null) => new PipeTransport(input, wire, scheduler);

    /// <summary>Over a stream that shows no more than a stream.</summary>
    /// <inheritdoc cref="StreamWire" path="/param"/>
    public static Transport OverStream(PipeReader input, Stream stream, Func<Exception, TransportEnd>? endOf = null) =>
        OverPipe(input, new StreamWire(input, stream, endOf));

    /// <summary>Over a connected socket that somebody else has read until now, and that is the transport's own from now on.</summary>
    /// <param name="earlier">Who has read the socket until now.</param>
    public static Transport OverSocket(Socket socket, EarlierReader? earlier) => new SocketTransport(socket, earlier);

    /// <summary>Ends a direction of a socket, or both; one that the peer ended before is no fault.</summary>
    public static void Shutdown(Socket socket, SocketShutdown direction)
    {
        try
        {
            socket.Shutdown(direction);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer was faster; whoever reads sees the same end.
        }
    }

    /// <summary>Whether this process has disposed of a socket.</summary>
    /// <remarks>Its handle does not say so while a call still uses it.</remarks>
    public static bool IsDisposed(Socket socket)
    {
        try
        {
            _ = socket.Available;
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="TcpReceived.Of"/>
    public static long? BytesReceived(Socket socket) => TcpReceived.Of(socket);

    /// <inheritdoc cref="TcpReceived.Acknowledged"/>
    public static long? BytesAcknowledged(Socket socket) => TcpReceived.Acknowledged(socket);

    /// <summary>Bytes staged and not yet given to a flush.</summary>
    public int Staged => _staged.Length + (_sharedIsFlushing ? 0 : _slice.Length);

    /// <summary>Bytes that the kernel does not have yet.</summary>
    public int Backlog => _staged.Length + _flushing.Length + _slice.Length;

    /// <summary>How many bytes of the peer are known to wait unread.</summary>
    public virtual int Unread => 0;

    /// <summary>How many bytes of ours the peer's side has acknowledged; null where the system does not say, or says it of others' bytes too.</summary>
    public virtual long? Acknowledged => null;

    /// <summary>Grows while a long flush goes on: by what the peer's side has acknowledged or, where nobody says that, by what the layer below has
    /// taken.</summary>
    public long Progress => Acknowledged ?? Taken;

    /// <summary>How much of a long flush the layer below has taken, added up over all; always the same where that is not seen.</summary>
    protected virtual long Taken => 0;

    /// <summary>How many bytes of the peer the kernel has had so far, read or not; null where that is not known. A layer in between may hold some that are no
    /// whole record yet.</summary>
    public virtual long? Arrived => null;

    public Memory<byte> GetMemory(int sizeHint = 0) => _staged.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => _staged.GetMemory(sizeHint).Span;

    public void Advance(int count) => _staged.Advance(count);

    /// <summary>Stages bytes that others send as well, without copying them. Only where there is no backlog; they go out in a flush of their own.</summary>
    public void StageShared(SharedBytes bytes, ReadOnlyMemory<byte> slice) => (_shared, _slice) = (bytes.Share(), slice);

    /// <summary>Moves what is staged into the flush that <see cref="FlushAsync"/> then performs; false: something is left for the next one.</summary>
    public bool BeginFlush()
    {
        _sharedIsFlushing = _shared is not null;
        if (!_sharedIsFlushing) _flushing.TakeFrom(ref _staged);
        return !_sharedIsFlushing || _staged.IsEmpty;
    }

    /// <summary>Completes when the kernel (or the layer that plays its part) has the bytes.</summary>
    public ValueTask FlushAsync() => WriteAsync(_sharedIsFlushing ? _slice : _flushing.Memory);

    /// <summary>Gives the flushed bytes back.</summary>
    public void EndFlush()
    {
        if (_sharedIsFlushing) DropShared();
        else _flushing.Release();
    }

    /// <summary>Nothing goes out any more: forgets what is staged.</summary>
    public void DropStaged()
    {
        _staged.Release();
        if (!_sharedIsFlushing) DropShared();
    }

    /// <summary>Whether the stream below is its own, so that whoever opened it may end.</summary>
    public virtual bool IsIndependent => false;

    /// <summary>Says whose handlers read: before <see cref="Start"/>, for a transport that runs them in its own place.</summary>
    public virtual void ServedBy(string endpoint)
    {
    }

    /// <summary>Begins to push to the receiver.</summary>
    public abstract void Start(ITransportReceiver receiver);

    /// <summary>The receiver has room again.</summary>
    public abstract void Resume();

    /// <summary>The same, once those who wait for a thread had one; without an allocation.</summary>
    public void ResumeLater() => PostTurn(this);

    /// <summary>Runs what is a turn's work, once those who wait for a thread had one.</summary>
    public virtual void PostTurn(IThreadPoolWorkItem turn) => TurnQueue.Shared.Add(turn);

    void IThreadPoolWorkItem.Execute() => Resume();

    /// <summary>Whether a probe misses nothing. Where layers in between work on threads of their own, bytes may be in nobody's sight for a while.</summary>
    public virtual bool ProbesAreExact => true;

    /// <summary>Asks for all that has come so far: it is pushed, if there is any, and <see cref="ITransportReceiver.Probed"/> follows.</summary>
    public abstract void Probe();

    /// <summary>The same behind what the pool has in its queue: where layers in between work there, what they have handed over comes before it.</summary>
    public void PostProbe() => Post(static transport => ((Transport)transport!).Probe());

    /// <summary>Runs what must not run in its caller's place: under the connection's lock, or where it might wait for the peer.</summary>
    public virtual void Post(Action<object?> work) => ThreadPool.UnsafeQueueUserWorkItem(work, this, preferLocal: false);

    /// <summary>Ends our direction after a completed flush, where the transport can; the peer's direction is read on.</summary>
    public abstract ValueTask ShutdownSendAsync();

    /// <summary>Lets go in order: what was flushed still reaches the peer. <see cref="ITransportReceiver.Ended"/> follows.</summary>
    public abstract void Close();

    /// <summary>Lets go of a peer that did not do its part in time: in order as far as that needs nothing of the peer.</summary>
    public virtual void GiveUp() => Close();

    /// <summary>Cuts: RST, RST_STREAM(CANCEL). <see cref="ITransportReceiver.Ended"/> follows.</summary>
    public abstract void Abort();

    /// <summary>After <see cref="ITransportReceiver.Ended"/>, and when no flush is under way any more: gives everything back.</summary>
    public virtual ValueTask ReleaseAsync() => default;

    /// <summary>What an exception of a write says about the end.</summary>
    public virtual TransportEnd EndOf(Exception exception) => TransportFault.EndOf(exception);

    protected abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes);

    private void DropShared()
    {
        _shared?.Release();
        (_shared, _slice, _sharedIsFlushing) = (null, default, false);
    }
}

/// <summary>What a transport pushes its bytes to. All calls but <see cref="Probed"/> come one at a time.</summary>
internal interface ITransportReceiver
{
    /// <summary>Bytes of the peer, valid and writable until the call returns.</summary>
    /// <param name="last">Whether no further bytes of this batch follow.</param>
    /// <returns>How many were taken. Fewer than offered: the receiver is full; they are offered again after <see cref="Transport.Resume"/>.</returns>
    int Receive(Memory<byte> bytes, bool last);

    /// <summary>All that a wake-up brought was offered: the moment to flush.</summary>
    void BatchEnd();

    /// <summary>Whether the transport should not read on until <see cref="Transport.Resume"/>, though the receiver has room: some streams end as a whole
    /// when their end is read, and what still has to go out would be lost. Asked after each batch.</summary>
    bool IsHolding { get; }

    /// <summary>The answer to <see cref="Transport.Probe"/>. It may also come unasked, and beside another call.</summary>
    /// <param name="any">Whether there was anything.</param>
    void Probed(bool any);

    /// <summary>Nothing comes any more; the last call.</summary>
    void Ended(TransportEnd end);
}
