using System.Diagnostics.CodeAnalysis;
using System.Text;
using Cierre.Closing;
using Cierre.Opening;

namespace Cierre.Browser;

/// <summary>The browser's WebSocket in .NET. WHATWG WebSockets 3.</summary>
/// <remarks>
/// <para>Events come one at a time and in order, on the synchronization context that was current where the socket was made (a user interface's thread), else on
/// the thread pool. They see the AsyncLocals of that thread, and none of whoever made the socket. None is lost because a handler is set a moment late: an open,
/// error or close event waits for its first listener, messages for theirs up to 64 of them or 64 KiB.</para>
/// <para>A file that uses <c>System.Net.WebSockets</c> too needs <c>using WebSocket = Cierre.Browser.WebSocket;</c>.</para>
/// </remarks>
[SuppressMessage("Naming", "CA1708", Justification = "CLOSED is the standard's constant, spelled as in its IDL; Closed is our task.")]
[SuppressMessage(
    "Usage", "CA1816", Justification = "What ends the need of the finalizer is the end of the connection, however it comes, and not the call of DisposeAsync.")]
public sealed partial class WebSocket : EventTarget, IAsyncDisposable
{
    /// <summary>The connection is being opened.</summary>
    public const ushort CONNECTING = 0;

    /// <summary>The connection is open.</summary>
    public const ushort OPEN = 1;

    /// <summary>The connection is going through the closing handshake, or <see cref="Close"/> was called.</summary>
    public const ushort CLOSING = 2;

    /// <summary>The connection is closed, or could not be opened. In capitals, as in the standard's IDL: <see cref="Closed"/> is the task.</summary>
    public const ushort CLOSED = 3;

    private readonly SocketLink _link = null!;
    private readonly SocketEvents _events = new();
    private readonly HandlerAttribute<Event> _onOpen;
    private readonly HandlerAttribute<MessageEvent> _onMessage;
    private readonly HandlerAttribute<Event> _onError;
    private readonly HandlerAttribute<CloseEvent> _onClose;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CloseEvent> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _rootGate = new();
    private readonly string _origin;
    private CloseEvent? _closeEvent;
    private bool _isRooted;
    private volatile bool _openedIsAwaited;
    private volatile bool _closedIsAwaited;
    private BinaryType _binaryType;

    /// <summary>Begins to open a connection.</summary>
    /// <param name="url">An absolute URL: ws, wss, or http and https, which mean the same. Without a fragment.</param>
    /// <param name="protocols">The subprotocols to ask for, the preferred one first. The server has to choose one.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="DomException">SyntaxError: the URL is not one to connect to; a subprotocol is not a token, or is there twice in any ASCII
    /// case.</exception>
    public WebSocket(string url, params string[] protocols)
        : this(url, new BrowserWebSocketOptions(), protocols) { }

    /// <inheritdoc cref="WebSocket(string, string[])"/>
    public WebSocket(string url, IEnumerable<string> protocols)
        : this(url, new BrowserWebSocketOptions(), UrlRecord.Subprotocols(protocols)) { }

    /// <summary>Begins to open a connection, with what no browser lets a page set.</summary>
    /// <param name="url">An absolute URL: ws, wss, or http and https, which mean the same. Without a fragment.</param>
    /// <param name="options">Headers, credentials, TLS, proxy, keep-alive and limits; copied.</param>
    /// <param name="protocols">The subprotocols to ask for, the preferred one first. The server has to choose one.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">A header of the options cannot be part of an opening request, or subprotocols are among them.</exception>
    /// <exception cref="DomException">SyntaxError: the URL is not one to connect to; a subprotocol is not a token, or is there twice in any ASCII
    /// case.</exception>
    public WebSocket(string url, BrowserWebSocketOptions options, params string[] protocols)
    {
        ArgumentNullException.ThrowIfNull(options);
        UrlRecord record = UrlRecord.Parse(url);                 // 2
        string[] subprotocols = UrlRecord.Subprotocols(protocols); // 3, 4
        BrowserWebSocketOptions copy = options.For(subprotocols);
        copy.Validate();
        (Url, _origin) = (record.Href, record.Origin);           // 5
        _onOpen = new HandlerAttribute<Event>(this, "open");
        _onMessage = new HandlerAttribute<MessageEvent>(this, "message");
        _onError = new HandlerAttribute<Event>(this, "error");
        _onClose = new HandlerAttribute<CloseEvent>(this, "close");
        _link = new SocketLink(this, record, copy);
        _link.Start();                                           // 7
    }

    /// <summary>An unreachable socket closes with an empty body; an opening is given up. WHATWG WebSockets 7.</summary>
    ~WebSocket()
    {
        if (_link is { } link) ThreadPool.UnsafeQueueUserWorkItem(static link => link.Close(CloseFrame.Empty, EndReason.Disposed), link, preferLocal: false);
    }

    /// <summary>The URL, as it was parsed.</summary>
    public string Url { get; }

    /// <summary><see cref="CONNECTING"/>, <see cref="OPEN"/>, <see cref="CLOSING"/> or <see cref="CLOSED"/>.</summary>
    public ushort ReadyState => _link.ReadyState;

    /// <summary>How many bytes were given to <see cref="Send(string)"/> and not yet to the network, framing not counted. Stands still while a handler runs, and
    /// does not fall any more once the connection is closed.</summary>
    public long BufferedAmount => _link.BufferedAmount;

    /// <summary>The extensions in use; empty for none, and before the connection is open.</summary>
    public string Extensions { get; private set; } = "";

    /// <summary>The subprotocol that the server chose; empty for none, and before the connection is open.</summary>
    public string Protocol { get; private set; } = "";

    /// <summary>What binary messages are handed out as; default <see cref="BinaryType.Blob"/>. Counts for messages not yet delivered.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither Blob nor ArrayBuffer.</exception>
    public BinaryType BinaryType
    {
        get => _binaryType;
        set
        {
            if (value is not (BinaryType.Blob or BinaryType.ArrayBuffer)) throw new ArgumentOutOfRangeException(nameof(value), value, "Blob or ArrayBuffer.");
            _binaryType = value;
        }
    }

    /// <summary>Called when the connection is open.</summary>
    public Action<Event>? OnOpen
    {
        get => _onOpen.Value;
        set => _onOpen.Value = value;
    }

    /// <summary>Called with every message.</summary>
    public Action<MessageEvent>? OnMessage
    {
        get => _onMessage.Value;
        set => _onMessage.Value = value;
    }

    /// <summary>Called right before <see cref="OnClose"/> where no close frame of the server was processed: with an <see cref="ErrorEvent"/>.</summary>
    public Action<Event>? OnError
    {
        get => _onError.Value;
        set => _onError.Value = value;
    }

    /// <summary>Called once, as the last one: the connection is closed, or could not be opened.</summary>
    public Action<CloseEvent>? OnClose
    {
        get => _onClose.Value;
        set => _onClose.Value = value;
    }

    /// <summary>Completes when the connection is open; fails with <see cref="WebSocketConnectException"/> where it could not be opened. Keeps the socket alive
    /// until then.</summary>
    /// <remarks>A thread may block on it, though the events come on that very thread. <see cref="ReadyState"/> then says what the task said, and the events
    /// follow.</remarks>
    public Task Opened
    {
        get
        {
            _openedIsAwaited = true;
            UpdateRoot();
            _link.TellAwaited(this);
            return _opened.Task;
        }
    }

    /// <summary>How the connection was closed: the event that <see cref="OnClose"/> gets. Waits for no listener and never fails. Keeps the socket alive until
    /// then.</summary>
    /// <remarks>A thread may block on it, though the events come on that very thread. <see cref="ReadyState"/> then says what the task said, and the events
    /// follow.</remarks>
    public Task<CloseEvent> Closed
    {
        get
        {
            _closedIsAwaited = true;
            UpdateRoot();
            _link.TellAwaited(this);
            return _closed.Task;
        }
    }

    /// <summary>Whether a task was handed out that has still to complete.</summary>
    internal bool OpenedIsAwaited => _openedIsAwaited && !_opened.Task.IsCompleted;

    /// <inheritdoc cref="OpenedIsAwaited"/>
    internal bool ClosedIsAwaited => _closedIsAwaited && !_closed.Task.IsCompleted;

    /// <summary>Closes with 1001 (an opening is given up) and waits for the end, at most twice the close timeout.</summary>
    /// <returns>Completes when the connection is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        // HTML, unloading: make disappear.
        _link.Close(new CloseFrame(CloseCodes.GoingAway, EndReason.Disposed.Text), EndReason.Disposed);
        await Closed.ConfigureAwait(SimulationContext.IsCurrent);
    }

    internal override void ListenersChanged(string type, bool added)
    {
        if (SocketEvents.TypeOf(type) is not { } which) return;
        UpdateRoot();
        if (added && _events.Hear(which)) _link.Enqueue(static socket => socket.Deliver());
    }

    /// <summary>WHATWG WebSockets 7: evaluated again whenever something changed that it looks at.</summary>
    internal void UpdateRoot()
    {
        lock (_rootGate)
        {
            bool needed = SocketRoot.IsNeeded(_link.StateOfEvents, HasListener, OpenedIsAwaited || ClosedIsAwaited, BufferedAmount);
            // All sockets share the root, and every send comes by here.
            if (needed != _isRooted) SocketRoot.Keep(this, _isRooted = needed);
        }
    }

    internal void Establish(string extensions, string protocol)
    {
        (Extensions, Protocol) = (extensions, protocol); // 2, 3
        _opened.TrySetResult();
        UpdateRoot();
    }

    internal void FireOpen() => Fire(SocketEvent.Open, static () => new Event("open")); // 4

    internal void Receive(WebSocketMessageKind kind, byte[] bytes) => Fire(SocketEvent.Message, () => new MessageEvent("message", new MessageEventInit
    {
        // 2. The type of the data: that of the moment of delivery.
        Data = kind == WebSocketMessageKind.Text ? Encoding.UTF8.GetString(bytes)
            : _binaryType == BinaryType.Blob ? Blob.Own(bytes)
            : new ReadOnlyMemory<byte>(bytes),
        Origin = _origin, // 3
    }), bytes.Length);

    /// <summary>The tasks that were handed out; the events follow.</summary>
    internal CloseEvent Complete(CloseRecord record)
    {
        CloseEvent made = new(record);
        CloseEvent close = Interlocked.CompareExchange(ref _closeEvent, made, null) ?? made;
        // Observed: nobody need ask.
        if (!_opened.Task.IsCompleted && _opened.TrySetException(new WebSocketConnectException(record))) _ = _opened.Task.Exception;
        _closed.TrySetResult(close);
        return close;
    }

    internal void End(CloseRecord record)
    {
        CloseEvent close = Complete(record);
        UpdateRoot();
        GC.SuppressFinalize(this);
        if (record.Received is null) _events.Add(SocketEvent.Error, () => new ErrorEvent(record)); // 2
        Fire(SocketEvent.Close, () => close); // 3
    }

    private void Fire(SocketEvent type, Func<Event> create, int size = 0)
    {
        _events.Add(type, create, size);
        Deliver();
    }

    private void Deliver() => _events.Deliver(@event => Dispatch(@event, trusted: true));
}
