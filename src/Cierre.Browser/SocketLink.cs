using Cierre.Closing;
using Cierre.Connections;
using Cierre.Scheduling;

namespace Cierre.Browser;

/// <summary>
/// What the standard's algorithms do in parallel: opening, receiving, sending and closing; and the ready state, which they and the socket share.
/// Refers to the socket weakly, so that an open connection alone does not keep it alive.
/// </summary>
internal sealed class SocketLink(WebSocket socket, UrlRecord url, BrowserWebSocketOptions options)
{
    // How much may wait for the socket's tasks before we stop reading: a thread that is busy must not fill the memory.
    private const int ReceiveHighWater = 1024 * 1024;

    // An empty message takes room too.
    private const int MessageOverhead = 64;

    private readonly WeakReference<WebSocket> _socket = new(socket);
    private readonly TaskQueue _tasks = new(SynchronizationContext.Current);
    private readonly ConnectAttempt _opening = new(url, options);
    private readonly Lock _gate = new();

    // What the tasks have said so far; and what a task that was asked for has said ahead of them.
    private volatile ushort _readyState = WebSocket.CONNECTING;
    private volatile ushort _ahead = WebSocket.CONNECTING;
    private CloseRecord? _record;
    private WebSocketConnection? _connection;
    private SendQueue? _sends;
    private long _buffered;
    private long _taken;
    private int _takenIsPosted;
    private int _undelivered;
    private TaskCompletionSource? _room;

    public ushort ReadyState => Math.Max(_readyState, _ahead);

    /// <summary>The ready state that the events have come to: what decides which of them are still to be delivered.</summary>
    public ushort StateOfEvents => _readyState;

    public long BufferedAmount => Interlocked.Read(ref _buffered);

    public void Start() => _ = Task.Run(OpenAsync);

    /// <summary>A task of the socket's: nothing where it was collected in the meantime.</summary>
    public void Enqueue(Action<WebSocket> task) => _tasks.Enqueue(() =>
    {
        if (_socket.TryGetTarget(out WebSocket? target)) task(target);
    });

    /// <summary>send(), from step 2 on: the sum grows whatever becomes of the bytes.</summary>
    /// <returns>False where the connection is still being opened.</returns>
    public bool Send(long size, Action<SendQueue> send)
    {
        bool full;
        SendQueue sends;
        lock (_gate)
        {
            ushort state = ReadyState;
            if (state == WebSocket.CONNECTING) return false;
            _buffered += size;
            if (state != WebSocket.OPEN) return true;
            sends = _sends!;
            full = _buffered > options.MaxBufferedAmount;
        }

        // The order of sends from several threads is theirs to keep; those of one thread keep it.
        if (full) Drop(EndReason.SendBufferFull(BufferedAmount, options.MaxBufferedAmount));
        else send(sends);
        return true;
    }

    /// <summary>Closes: an opening is given up, an open connection begins the closing handshake.</summary>
    public void Close(CloseFrame frame, EndReason why)
    {
        ushort was;
        lock (_gate)
        {
            was = ReadyState;
            if (was is WebSocket.CLOSING or WebSocket.CLOSED) return;
            _readyState = WebSocket.CLOSING;
            if (was == WebSocket.CONNECTING) _opening.GiveUp(why);
        }

        if (was == WebSocket.OPEN) _sends!.Close(frame, why);
        else Drop(why);
    }

    private void Drop(EndReason why)
    {
        if (Volatile.Read(ref _connection) is { } connection) ConnectionControl.Of(connection).Abort(why);
    }

    /// <summary>A task was asked for, or what it waits for has come. It does not wait for the tasks of a loop: the thread that runs them may be blocked on
    /// it.</summary>
    public void TellAwaited(WebSocket target)
    {
        if (!_tasks.HasLoop) return;
        // The one side asks and then looks what is known, the other knows and then looks who has asked.
        Interlocked.MemoryBarrier();
        if (target.OpenedIsAwaited && Volatile.Read(ref _connection) is { } connection && TryGoAhead())
            target.Establish(connection.Extensions, connection.Subprotocol ?? "");
        if ((!target.OpenedIsAwaited && !target.ClosedIsAwaited) || Volatile.Read(ref _record) is not { } record) return;
        _ahead = WebSocket.CLOSED;
        // Who awaits the end on the loop goes on behind the events.
        _tasks.Hurry();
        target.Complete(record);
    }

    private bool TryGoAhead()
    {
        lock (_gate)
        {
            if (_opening.GaveUp is not null || ReadyState != WebSocket.CONNECTING) return false;
            _ahead = WebSocket.OPEN;
            return true;
        }
    }

    private void TellAwaited()
    {
        if (_tasks.HasLoop && _socket.TryGetTarget(out WebSocket? target)) TellAwaited(target);
    }

    /// <summary>The opening is part of what the caller does, and below its span; the conversation is not.</summary>
    private async Task OpenAsync()
    {
        (WebSocketConnection? connection, CloseRecord? failure) = await _opening.RunAsync().ConfigureAwait(SimulationContext.IsCurrent);
        if (connection is null)
        {
            End(failure!);
            return;
        }

        NoContext.Run(
            static state =>
            {
                (SocketLink link, WebSocketConnection connection) = ((SocketLink, WebSocketConnection))state!;
                _ = link.ConverseAsync(connection);
            },
            (this, connection));
    }

    private void End(CloseRecord record)
    {
        Volatile.Write(ref _record, record);
        _tasks.Enqueue(() => Ended(record));
        TellAwaited();
    }

    private async Task ConverseAsync(WebSocketConnection connection)
    {
        ConnectionControl.Of(connection).TellTaken(PayloadWasTaken);
        EndReason? gaveUp;
        lock (_gate)
        {
            _sends = new SendQueue(connection, options.CloseTimeout, options.TimeProvider);
            _connection = connection;
            gaveUp = _opening.GaveUp;
        }

        // The opening was given up, but it was there first: no open event.
        if (gaveUp is not null) ConnectionControl.Of(connection).Abort(gaveUp);
        else _tasks.Enqueue(() => Opened(connection));
        TellAwaited();
        while (await connection.ReceiveAsync().ConfigureAwait(SimulationContext.IsCurrent) is { } message)
        {
            (WebSocketMessageKind kind, byte[] bytes) = (message.Kind, message.ToArray());
            // Off the thread that brings the bytes: the context that is asked to run the task may block.
            if (_tasks.HasLoop) await TaskQueue.LeaveThread();
            await ReceivedAsync(kind, bytes).ConfigureAwait(SimulationContext.IsCurrent);
        }

        // The closing handshake is started, unless the connection is lost already.
        if (!ConnectionControl.Of(connection).IsOver) _tasks.Enqueue(Closing);
        End(await connection.Closed.ConfigureAwait(SimulationContext.IsCurrent));
    }

    private async ValueTask ReceivedAsync(WebSocketMessageKind kind, byte[] bytes)
    {
        int size = bytes.Length + MessageOverhead;
        TaskCompletionSource? room = null;
        if (Interlocked.Add(ref _undelivered, size) > ReceiveHighWater)
        {
            Volatile.Write(ref _room, room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        _tasks.Enqueue(() =>
        {
            if (Interlocked.Add(ref _undelivered, -size) <= ReceiveHighWater / 2) Interlocked.Exchange(ref _room, null)?.TrySetResult();
            Received(kind, bytes);
        });
        if (room is not null) await room.Task.ConfigureAwait(SimulationContext.IsCurrent);
    }

    // ---- tasks ----

    /// <summary>When the WebSocket connection is established.</summary>
    private void Opened(WebSocketConnection connection)
    {
        // Taken first: once the state has changed, nothing but this may keep it alive.
        _socket.TryGetTarget(out WebSocket? target);
        lock (_gate)
        {
            // Who was told ahead of this may have closed since: it was open.
            if (_readyState != WebSocket.CONNECTING && _ahead == WebSocket.CONNECTING) return;
            if (_readyState == WebSocket.CONNECTING) _readyState = WebSocket.OPEN; // 1
        }

        target?.Establish(connection.Extensions, connection.Subprotocol ?? ""); // 2, 3
        target?.FireOpen(); // 4
    }

    /// <summary>When a WebSocket message has been received.</summary>
    private void Received(WebSocketMessageKind kind, byte[] bytes)
    {
        if (_readyState == WebSocket.OPEN && _socket.TryGetTarget(out WebSocket? target)) target.Receive(kind, bytes); // 1
    }

    /// <summary>When the WebSocket closing handshake is started.</summary>
    private void Closing()
    {
        lock (_gate)
        {
            if (_readyState is WebSocket.CLOSING or WebSocket.CLOSED) return;
            _readyState = WebSocket.CLOSING;
        }

        UpdateRoot();
    }

    /// <summary>When the WebSocket connection is closed.</summary>
    private void Ended(CloseRecord record)
    {
        _socket.TryGetTarget(out WebSocket? target); // first, as above
        lock (_gate) _readyState = WebSocket.CLOSED; // 1
        target?.End(record);                         // 2, 3
    }

    /// <summary>Bytes were transmitted; the sum falls in a task, so that it stands still while a handler runs.</summary>
    private void PayloadWasTaken()
    {
        if (Interlocked.Exchange(ref _takenIsPosted, 1) != 0) return;
        // Off the thread that sends, which may be any.
        if (_tasks.HasLoop) _ = LaterAsync();
        else _tasks.Enqueue(SubtractTaken);

        async Task LaterAsync()
        {
            await TaskQueue.LeaveThread();
            _tasks.Enqueue(SubtractTaken);
        }
    }

    private void SubtractTaken()
    {
        Interlocked.Exchange(ref _takenIsPosted, 0);
        long taken = ConnectionControl.Of(_connection!).PayloadTaken;
        lock (_gate)
        {
            _buffered -= taken - _taken;
            _taken = taken;
        }

        UpdateRoot();
    }

    private void UpdateRoot()
    {
        if (_socket.TryGetTarget(out WebSocket? target)) target.UpdateRoot();
    }
}
