using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using Cierre.Buffers;
using Cierre.EventLoops.Linux;
using Cierre.EventLoops.Loops;
using Cierre.Transports;

namespace Cierre.EventLoops.Sockets;

/// <summary>A socket that a loop reads, with nothing in between: bytes are parsed where the loop has received them, and what the handlers answer leaves with
/// one call.</summary>
/// <remarks>An idle connection holds no buffer. What its receiver does not take is kept until there is room, and meanwhile nothing is read.</remarks>
internal sealed class LoopTransport : OwnSocketTransport, ISocketEvents, IValueTaskSource
{
    private const int Resumes = 1, Probes = 2, Begins = 4;

    private readonly WatchedSocket _watched;
    private EarlierReader? _earlier;
    private volatile bool _follows = true;
    private ITransportReceiver? _receiver;
    private LoopEndpoint? _endpoint;
    private TransportEnd? _endBehind;
    private PooledBuffer _rest;
    private bool _reads;
    private bool _ended;
    private int _asked;

    private ReadOnlyMemory<byte> _unsent;
    private ManualResetValueTaskSourceCore<bool> _sent;
    private int _sends;

    /// <param name="socket">Connected, and this transport's own.</param>
    /// <param name="watched">Its place on the loop.</param>
    /// <param name="earlier">Who has read the socket until now.</param>
    public LoopTransport(Socket socket, WatchedSocket watched, EarlierReader? earlier)
        : base(socket)
    {
        (_watched, _earlier) = (watched, earlier);
        watched.Events = this;
    }

    /// <summary>Over a socket that the runtime has waited for until now.</summary>
    public LoopTransport(Socket socket, EventLoop loop, EarlierReader? earlier)
        : base(socket)
    {
        RuntimeEpoll.Forget(socket.SafeHandle);
        _earlier = earlier;
        _watched = new WatchedSocket(loop, socket.SafeHandle, this);
        loop.Add(_watched);
    }

    public EventLoop Loop => _watched.Loop;

    /// <summary>Asked at each tick of the connection, which is the time to find that somebody in this process has disposed of the socket: the kernel takes it
    /// off the loop without a word.</summary>
    public override int Unread
    {
        get
        {
            if (_watched.Socket.IsClosed) _watched.Ask();
            return base.Unread;
        }
    }

    protected override bool HasUnsent => Volatile.Read(ref _sends) == 1;

    LoopEndpoint? ISocketEvents.Endpoint => _endpoint;

    public override void ServedBy(string endpoint) => _endpoint = Loop.Endpoints.Of(endpoint);

    public override void Start(ITransportReceiver receiver)
    {
        _receiver = receiver;
        _ = FollowAsync();
    }

    public override void Resume() => Ask(Resumes);

    public override void Probe() => Ask(Probes);

    /// <summary>Behind all that the loop has to do now.</summary>
    public override void PostTurn(IThreadPoolWorkItem turn)
    {
        if (ReferenceEquals(turn, this)) Ask(Resumes);
        else Loop.Post(_watched, turn.Execute);
    }

    public override void Post(Action<object?> work) => Loop.Post(_watched, () => work(this));

    protected override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (TrySend(ref bytes) is { } error) return ValueTask.FromException(error);
        if (bytes.IsEmpty) return default;
        _unsent = bytes;
        _sent.Reset();
        var task = new ValueTask(this, _sent.Version);
        Volatile.Write(ref _sends, 1);
        _watched.Watch(EpollEvents.Out);
        // Closed before it was watched, by us or by whoever had it before: nobody tells.
        if (_watched.Socket.IsClosed) FailSend();
        return task;
    }

    void ISocketEvents.Readable(Memory<byte> buffer)
    {
        if (_reads) Read(buffer);
        // Asked for by the wait before us, which was cancelled in that moment.
        else _watched.Unwatch(EpollEvents.In);
    }

    void ISocketEvents.Work(Memory<byte> buffer)
    {
        // What an earlier reader had comes first; whoever asked meanwhile is answered behind it.
        if (_follows) return;
        int asked = Interlocked.Exchange(ref _asked, 0);
        if (_watched.Socket.IsClosed) FailSend();
        if (_ended) return;
        if ((asked & Begins) != 0 || ((asked & Resumes) != 0 && !_reads && !_receiver!.IsHolding)) GoOn();
        if ((asked & Probes) != 0 && !_ended) _receiver!.Probed(any: _reads ? Read(buffer) : !_rest.IsEmpty);
        if (IsClosing) Finish(TransportEnd.Closed());
        else if (_watched.Socket.IsClosed) Finish(EndOfRead(new ObjectDisposedException(nameof(Socket))));
    }

    void ISocketEvents.Writable()
    {
        if (Volatile.Read(ref _sends) != 1) return;
        Exception? error = TrySend(ref _unsent);
        if (error is null && !_unsent.IsEmpty) return;
        _watched.Unwatch(EpollEvents.Out);
        CompleteSend(error);
    }

    void ISocketEvents.Failed(Exception exception)
    {
        // The pool still takes over what an earlier reader had. The socket keeps its fault, so it is told once more behind that.
        if (_follows) return;
        _endBehind ??= EndOfRead(exception);
        if (!IsClosing) Abort();
        Finish(_endBehind.Value);
    }

    void IValueTaskSource.GetResult(short token) => _sent.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _sent.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _sent.OnCompleted(continuation, state, token, flags);

    /// <summary>What was read before, and how that ended; from there on the loop reads.</summary>
    private async Task FollowAsync()
    {
        try
        {
            if (_earlier is { } earlier) await FollowAsync(earlier).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _endBehind = EndOfRead(e);
        }

        _earlier = null;
        _follows = false;
        Ask(Begins);
    }

    private async ValueTask FollowAsync(EarlierReader earlier)
    {
        try
        {
            bool more = true;
            while (more && !IsClosing)
            {
                ReadResult result = await earlier.Read.ReadAsync().ConfigureAwait(false);
                foreach (ReadOnlyMemory<byte> piece in result.Buffer) _rest.Append(piece.Span);
                earlier.Read.AdvanceTo(result.Buffer.End);
                more = !result.IsCompleted;
            }
        }
        finally
        {
            // The pipe is ours, and gives its memory back when both its ends are complete.
            await earlier.Read.CompleteAsync().ConfigureAwait(false);
        }

        if (await earlier.Ended.ConfigureAwait(false) is { } error) _endBehind = EndOfRead(error);
    }

    private void Ask(int what)
    {
        Interlocked.Or(ref _asked, what);
        _watched.Ask();
    }

    /// <returns>Whether anything had come.</returns>
    private bool Read(Memory<byte> buffer)
    {
        int count;
        try
        {
            count = Syscalls.Receive(_watched.Socket, buffer.Span);
        }
        catch (ObjectDisposedException e)
        {
            Finish(EndOfRead(e));
            return true;
        }

        if (count > 0)
        {
            Offer(buffer[..count]);
            return true;
        }

        Errno error = count == 0 ? Errno.None : Syscalls.LastError;
        if (error is Errno.Again or Errno.Interrupted) return false;
        Finish(EndOfRead(error == Errno.None ? null : SocketErrors.Exception(error)));
        return true;
    }

    private void Offer(Memory<byte> bytes)
    {
        int taken = _receiver!.Receive(bytes, last: true);
        _receiver.BatchEnd();
        if (IsClosing)
        {
            Finish(TransportEnd.Closed());
        }
        else if (taken < bytes.Length || _receiver.IsHolding)
        {
            _rest.Append(bytes.Span[taken..]);
            _reads = false;
            _watched.Unwatch(EpollEvents.In);
        }
    }

    /// <summary>The loop begins to read, or the receiver may have room again.</summary>
    private void GoOn()
    {
        if (_rest.IsEmpty) ReadOn();
        else OfferRest();
    }

    private void OfferRest()
    {
        int taken = _receiver!.Receive(_rest.Memory, last: true);
        _receiver.BatchEnd();
        if (taken < _rest.Length) _rest.DropFirst(taken);
        else _rest.Release();
        if (_rest.IsEmpty && !_receiver.IsHolding) ReadOn();
    }

    private void ReadOn()
    {
        if (IsClosing) return;
        if (_endBehind is { } end)
        {
            Finish(end);
            return;
        }

        _reads = true;
        _watched.Watch(EpollEvents.In);
    }

    private void Finish(TransportEnd end)
    {
        // Who begins later is told then.
        if (_ended || _receiver is null) return;
        _ended = true;
        _reads = false;
        _watched.Unwatch(EpollEvents.In);
        _rest.Release();
        _receiver.Ended(end);
    }

    /// <summary>Sends what the kernel takes; what is left waits for room.</summary>
    private Exception? TrySend(ref ReadOnlyMemory<byte> bytes)
    {
        try
        {
            int count = Syscalls.Send(_watched.Socket, bytes.Span);
            if (count >= 0)
            {
                bytes = bytes[count..];
                return null;
            }
        }
        catch (ObjectDisposedException e)
        {
            return e;
        }

        Errno error = Syscalls.LastError;
        return error is Errno.Again or Errno.Interrupted ? null : SocketErrors.Exception(error);
    }

    private void CompleteSend(Exception? error)
    {
        if (Interlocked.Exchange(ref _sends, 0) != 1) return;
        if (error is null) _sent.SetResult(true);
        else _sent.SetException(error);
    }

    private void FailSend() => CompleteSend(SocketErrors.Exception(Errno.BadDescriptor));

    protected override void LetGo()
    {
        _watched.Leave();
        base.LetGo();
        FailSend();
        // The end is told where the bytes are: whoever is at them now goes first.
        Ask(Resumes);
    }
}
