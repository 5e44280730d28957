namespace Cierre.Tool.Lab.Runs;

/// <summary>A socket of the page's browser: what to do is sent to the page, and what its listeners received comes back.</summary>
/// <param name="link">The way to the page.</param>
/// <param name="number">What the page knows the socket by.</param>
internal sealed class PageClient(PageLink link, int number) : LabClient
{
    private readonly Lock _gate = new();
    private readonly List<TimedEvent> _events = [];
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ReceivedEvent> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Task<CloseRecord?> Closed => EndAsync();

    /// <summary>Fails with <see cref="PageOpeningException"/> where it does not open.</summary>
    public Task Opened => _opened.Task;

    public Task<ReceivedEvent> ReceivedAsync() => _closed.Task;

    public IReadOnlyList<TimedEvent> Events
    {
        get
        {
            lock (_gate) return [.. _events];
        }
    }

    public override async ValueTask SendAsync(string text) => await link.SendAsync(new PageCommand("send", number) { Text = text });

    /// <summary>The page makes that many zeros: what they are matters to no situation.</summary>
    public override async ValueTask SendAsync(byte[] bytes) => await link.SendAsync(new PageCommand("send", number) { Bytes = bytes.Length });

    /// <summary>A browser sends whole messages, in as many frames as it likes; where the end of one should not come, it comes all the same.</summary>
    public override Task SendInPartsAsync(int parts, bool isFinished) =>
        isFinished ? throw new NotSupportedException("A browser does not let a script choose its frames.") : SendAsync("once upon a time").AsTask();

    public override async Task<CloseRecord?> CloseAsync(CloseFrame frame)
    {
        await link.SendAsync(new PageCommand("close", number) { Code = frame.Code, Reason = frame.Reason });
        return await Closed;
    }

    public override void Abort() => throw new NotSupportedException("A browser has no abort.");

    public override async Task ExpectNothingAsync()
    {
        await _closed.Task;
        if (Events.Any(seen => seen.Type == "message")) throw new InvalidOperationException("An unfinished message was delivered.");
    }

    /// <summary>The page that holds the socket goes away; where there is none of its own, the socket is closed.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (_closed.Task.IsCompleted) return;
        try
        {
            await link.SendAsync(new PageCommand("leave", number));
        }
        catch (WebSocketClosedException)
        {
            // The whole page has gone, and its sockets with it.
        }
    }

    /// <summary>The page has something to tell of this socket.</summary>
    public void Add(PageReport report)
    {
        lock (_gate)
        {
            if (report.Event != "gone") _events.Add(new TimedEvent(report.Event, report.Ms));
            switch (report.Event)
            {
                case "open":
                    _opened.TrySetResult();
                    break;
                case "close":
                    Fail(_opened, new PageOpeningException());
                    _closed.TrySetResult(new ReceivedEvent(report.Code, report.Reason, report.WasClean, Order()));
                    break;
                case "gone":
                    _closed.TrySetResult(ReceivedEvent.Gone with { Order = Order() });
                    break;
            }
        }
    }

    /// <summary>The page is not there any more, or could not do it.</summary>
    public void Fail(string why)
    {
        Fail(_opened, new InvalidOperationException(why));
        if (_closed.TrySetException(new InvalidOperationException(why))) _ = _closed.Task.Exception;
    }

    /// <summary>Fails a task that perhaps nobody awaits: the other one tells the same.</summary>
    private static void Fail(TaskCompletionSource promise, Exception why)
    {
        if (promise.TrySetException(why)) _ = promise.Task.Exception;
    }

    private string[] Order() => [.. _events.Select(seen => seen.Type).Where(type => type != "message")];

    private async Task<CloseRecord?> EndAsync()
    {
        await _closed.Task;
        return null;
    }
}

/// <summary>A browser's socket did not open. Why, a browser does not say.</summary>
internal sealed class PageOpeningException() : Exception("The browser's socket did not open.");
