using System.Runtime.InteropServices;
using System.Threading.Channels;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Scheduling;

namespace Cierre.Browser;

/// <summary>The connection of one stream, from its opening to its end. It does not refer to the stream nor to its ends, so that they can become
/// unreachable.</summary>
/// <remarks>WHATWG WebSockets, feedback to a WebSocketStream from the protocol. What is closing or closed, the connection itself knows.</remarks>
internal sealed class StreamConnection(UrlRecord url, WebSocketClientOptions options, CancellationToken signal)
{
    // What the opening is given up with when the signal is aborted.
    private static readonly EndReason BySignal = EndReason.Aborted;

    private readonly Lock _gate = new();
    private readonly ConnectAttempt _opening = new(url, options);
    private readonly TaskCompletionSource<WebSocketCloseInfo> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<WebSocketError?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // CONNECTING as long as this is here: what it is completed with refers to the stream's root.
    private TaskCompletionSource<WebSocketOpenInfo>? _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WeakReference<StreamRoot>? _root;
    private StreamRoot? _heldUntilOpened;
    private StreamRoot? _heldUntilClosed;
    private CancellationTokenRegistration _signal;
    private WebSocketConnection? _connection;
    private GCHandle _alive;

    public Task<WebSocketCloseInfo> Closed => _closed.Task;

    /// <summary>Of a stream that was open: completes when it is closed, with the error where that was not clean.</summary>
    public Task<WebSocketError?> Ended => _ended.Task;

    /// <summary>The constructor's steps 8 and 10.</summary>
    /// <returns>The opened promise.</returns>
    public Task<WebSocketOpenInfo> Open(StreamRoot root)
    {
        Task<WebSocketOpenInfo> opened = _opened!.Task;
        _root = new WeakReference<StreamRoot>(root);
        // 8.2. A signal that is aborted: fail both, and return.
        if (signal.IsCancellationRequested)
        {
            _opening.GiveUp(BySignal);
            NeverOpened(CloseRecord.NotOpened(BySignal, TimeSpan.Zero));
            return opened;
        }

        // A paused transport is held by nobody else.
        _alive = GCHandle.Alloc(this);
        // 8.3. The abort steps: fail the connection where it is not yet established.
        _signal = signal.UnsafeRegister(static stream => ((StreamConnection)stream!).OpenOrGiveUp(BySignal), this);
        // 10. In parallel: establish the connection.
        _ = Task.Run(EstablishAsync);
        return opened;
    }

    /// <summary>WHATWG WebSockets, close the WebSocket: while CONNECTING the opening fails, CLOSING and CLOSED make no move.</summary>
    /// <param name="takeBack">Whether writes that have not begun are dropped.</param>
    public void Close(CloseFrame frame, bool takeBack = false)
    {
        if (OpenOrGiveUp(EndReason.Requested) is { } connection) ConnectionControl.Of(connection).Close(frame, EndReason.Requested, takeBack);
    }

    /// <summary>WHATWG WebSockets, close using reason.</summary>
    public void CloseUsing(Exception? reason, bool takeBack = false) => Close(FrameOf(reason), takeBack);

    /// <summary>Nothing refers to the stream any more: closes with an empty close frame. False: not now, data waits to be sent.</summary>
    public bool CloseUnreachable()
    {
        if (_closed.Task.IsCompleted) return true;
        if (_connection is { } open && ConnectionControl.Of(open).IsSending) return false;
        // Off the finalizer's thread: closing writes.
        ThreadPool.UnsafeQueueUserWorkItem(
            static stream =>
            {
                if (stream.OpenOrGiveUp(EndReason.Disposed) is { } connection) ConnectionControl.Of(connection).Close(CloseFrame.Empty, EndReason.Disposed);
            },
            this,
            preferLocal: false);
        return true;
    }

    /// <summary>As a page that is left: closes with 1001, or drops what is not open yet; completes when the connection is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (OpenOrGiveUp(EndReason.Disposed) is { } connection) await connection.DisposeAsync().ConfigureAwait(SimulationContext.IsCurrent);
        await ((Task)_closed.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Hold(StreamRoot root, bool untilClosed)
    {
        lock (_gate)
        {
            if (untilClosed && !_closed.Task.IsCompleted) _heldUntilClosed = root;
            if (!untilClosed && _opened is not null) _heldUntilOpened = root;
        }
    }

    private static CloseFrame FrameOf(Exception? reason)
    {
        // 1-3. Only a WebSocketError has a code and a reason.
        if (reason is not WebSocketError error) return CloseFrame.Empty;
        try
        {
            // 4.
            return CloseArguments.Validate(error.CloseCode, error.Reason);
        }
        catch (DomException)
        {
            // The error of another stream, with a code that may not be sent: neither code nor reason.
            return CloseFrame.Empty;
        }
    }

    /// <summary>The connection, if it is established; one that is not is given up.</summary>
    private WebSocketConnection? OpenOrGiveUp(EndReason why)
    {
        lock (_gate)
        {
            if (_opened is not null) _opening.GiveUp(why);
            return _connection;
        }
    }

    private async Task EstablishAsync()
    {
        (WebSocketConnection? connection, CloseRecord? failure) = await _opening.RunAsync().ConfigureAwait(SimulationContext.IsCurrent);
        if (connection is null)
        {
            NeverOpened(failure!);
        }
        else if (!TryOpen(connection))
        {
            connection.Abort();
            NeverOpened(_opening.NotWanted(EndReason.Disposed));
        }
    }

    /// <summary>When the connection is established. False: it was given up, or nothing refers to the stream any more.</summary>
    private bool TryOpen(WebSocketConnection connection)
    {
        TaskCompletionSource<WebSocketOpenInfo> opened;
        StreamRoot? root;
        lock (_gate)
        {
            if (_opening.GaveUp is not null || !_root!.TryGetTarget(out root)) return false;
            // 1. OPEN.
            (opened, _opened, _connection, _heldUntilOpened) = (_opened!, null, connection, null);
        }

        _signal.Unregister();
        // 5-8. The readable stream. It pulls one chunk ahead (the default high water mark), and while it is full the transport rests.
        Channel<WebSocketChunk> chunks = Channel.CreateBounded<WebSocketChunk>(1);
        Outlive((self: this, connection, chunks.Writer), static it => it.self.PullAsync(it.connection, it.Writer));
        // 2-4 and 9-14. The writable stream; extensions and protocol.
        var info = new WebSocketOpenInfo(
            new WebSocketReadable(root, chunks), new WebSocketWritable(root, connection), connection.Extensions, connection.Subprotocol ?? "");
        _ = TellOpenedAsync(opened, info);
        Outlive((self: this, connection), static it => it.self.EndAsync(it.connection));
        return true;
    }

    private static async Task TellOpenedAsync(TaskCompletionSource<WebSocketOpenInfo> opened, WebSocketOpenInfo info)
    {
        await TaskQueue.LeaveThread();
        opened.SetResult(info);
    }

    /// <summary>The opening is part of what the caller does; what goes on as long as the connection is not.</summary>
    private static void Outlive<T>(T state, Func<T, Task> begin) => NoContext.Run(
        static work =>
        {
            (T state, Func<T, Task> begin) = ((T, Func<T, Task>))work!;
            _ = begin(state);
        },
        (state, begin));

    /// <summary>When a message came, as long as there is room for it; what lies here at the end can still be read.</summary>
    private async Task PullAsync(WebSocketConnection connection, ChannelWriter<WebSocketChunk> readable)
    {
        while (await readable.WaitToWriteAsync().ConfigureAwait(SimulationContext.IsCurrent)
            && await connection.ReceiveAsync().ConfigureAwait(SimulationContext.IsCurrent) is { } message)
        {
            readable.TryWrite(WebSocketChunk.Of(message));
        }

        // When the connection is closed: 6.1, close the readable stream; 7.2, error it.
        readable.TryComplete(await Ended.ConfigureAwait(SimulationContext.IsCurrent));
    }

    /// <summary>When the connection is closed: 4-7 for a stream that was open.</summary>
    private async Task EndAsync(WebSocketConnection connection)
    {
        CloseRecord record = await connection.Closed.ConfigureAwait(SimulationContext.IsCurrent);
        WebSocketError? error = record.WasClean ? null : WebSocketError.Unclean(record);
        // 6.1, 6.2, 7.2, 7.3: both ends learn it here.
        _ended.SetResult(error);
        Release();
        // 6.3, 7.4. Last: the context of whoever awaits it is called in there.
        if (error is null) _closed.SetResult(new WebSocketCloseInfo { CloseCode = record.Code, Reason = record.Reason, Record = record });
        else Fail(_closed, error);
    }

    /// <summary>When the connection is closed: 2, 3 and 7 for a stream that never was open.</summary>
    private void NeverOpened(CloseRecord record)
    {
        TaskCompletionSource<WebSocketOpenInfo> opened;
        lock (_gate) (opened, _opened) = (_opened!, null);
        Release();
        // Last: the context of whoever awaits them is called in there.
        if (ReferenceEquals(_opening.GaveUp, BySignal))
        {
            opened.SetCanceled(signal);
            _closed.SetCanceled(signal);
        }
        else
        {
            Fail(opened, WebSocketError.NeverOpened(record));
            Fail(_closed, WebSocketError.Unclean(record));
        }
    }

    /// <summary>Fails a task that perhaps nobody looks at: the other one tells the same.</summary>
    private static void Fail<T>(TaskCompletionSource<T> promise, Exception error)
    {
        promise.SetException(error);
        _ = promise.Task.Exception;
    }

    private void Release()
    {
        _signal.Unregister();
        lock (_gate)
        {
            _heldUntilOpened = null;
            _heldUntilClosed = null;
            if (_alive.IsAllocated) _alive.Free();
        }
    }
}
