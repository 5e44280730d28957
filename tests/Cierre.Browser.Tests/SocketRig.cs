using Cierre.TestKit;

namespace Cierre.Browser.Tests;

/// <summary>A browser socket and everything its listeners saw: "open 1", "message text 1", "error 3", "close 3", each with the ready state.</summary>
internal sealed class SocketRig
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly List<string> _seen = [];
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CloseEvent> _close = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SocketRig(WebSocket socket)
    {
        Socket = socket;
        socket.OnOpen = e => Add(e);
        socket.OnMessage = e => Add(e, e.Data);
        socket.OnError = e => Add(e);
        socket.OnClose = e =>
        {
            Add(e);
            _close.TrySetResult(e);
        };
    }

    public WebSocket Socket { get; }

    public ErrorEvent? Error { get; private set; }

    public string[] Seen
    {
        get
        {
            lock (_seen) return [.. _seen];
        }
    }

    /// <summary>The server answers when all listeners are there: one that is late gets its events all the same, and by then the state may have gone on.</summary>
    public static SocketRig To(RawServer server, BrowserWebSocketOptions? options = null, params string[] protocols)
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Held = listening.Task;
        var rig = new SocketRig(Make(server.Url, options, protocols));
        listening.SetResult();
        return rig;
    }

    /// <summary>Made without the test's own context: events come on the pool.</summary>
    public static WebSocket Make(Uri url, BrowserWebSocketOptions? options = null, params string[] protocols) =>
        WithContext(null, () => new WebSocket(url.ToString(), options ?? new BrowserWebSocketOptions(), protocols));

    public static T WithContext<T>(SynchronizationContext? context, Func<T> make)
    {
        SynchronizationContext? was = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            return make();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(was);
        }
    }

    public Task OpenAsync() => Task.WhenAny(_open.Task, _close.Task).WaitAsync(Bound);

    public Task<CloseEvent> CloseAsync() => _close.Task.WaitAsync(Bound);

    private void Add(Event e, object? data = null)
    {
        lock (_seen) _seen.Add(data is string text ? $"{e.Type} {text} {Socket.ReadyState}" : $"{e.Type} {Socket.ReadyState}");
        if (e is ErrorEvent error) Error = error;
        if (e.Type == "open") _open.TrySetResult();
    }
}
