using System.Collections.Concurrent;

namespace Cierre.Tool.Lab.Runs;

/// <summary>The way to the browser of the lab's page, and the sockets that it was asked to open.</summary>
/// <param name="send">Hands a command to the page.</param>
internal sealed class PageLink(Func<PageCommand, ValueTask> send)
{
    private readonly ConcurrentDictionary<int, PageClient> _sockets = [];
    private int _last;
    private volatile bool _ended;

    /// <summary>Which browser it is, once the page has said so.</summary>
    public BrowserKind Browser { get; set; }

    /// <summary>Has the page open a socket.</summary>
    /// <param name="inFrame">In a frame of its own, which can go away.</param>
    public async Task<PageClient> OpenAsync(Uri url, bool inFrame)
    {
        int number = Interlocked.Increment(ref _last);
        var client = new PageClient(this, number);
        _sockets[number] = client;
        if (_ended) End();
        await send(new PageCommand("open", number) { Url = url.AbsoluteUri, InFrame = inFrame });
        return client;
    }

    public ValueTask SendAsync(PageCommand command) => send(command);

    /// <summary>What the page says of one of them; of others it says nothing that counts.</summary>
    public void Report(PageReport report)
    {
        if (!_sockets.TryGetValue(report.Socket, out PageClient? client)) return;
        if (report.Event == "failed") client.Fail(report.Reason ?? "The page could not do it.");
        else client.Add(report);
        if (report.Event is "close" or "gone" or "failed") _sockets.TryRemove(report.Socket, out _);
    }

    /// <summary>The page is gone.</summary>
    public void End()
    {
        _ended = true;
        foreach (PageClient client in _sockets.Values) client.Fail("The page went away.");
        _sockets.Clear();
    }
}

/// <summary>What a page is asked to do with a socket: open, send, close or leave.</summary>
internal sealed record PageCommand(string Do, int Socket)
{
    public string Type { get; } = "socket";

    public string? Url { get; init; }

    public bool? InFrame { get; init; }

    public string? Text { get; init; }

    /// <summary>The length of a binary message of zeros.</summary>
    public int? Bytes { get; init; }

    public int? Code { get; init; }

    public string? Reason { get; init; }
}

/// <summary>What a page says of a socket.</summary>
/// <param name="Event">open, message, error or close as its listeners got them; gone where its frame went away; failed, with the reason, where the page could
/// not obey.</param>
internal sealed record PageReport(int Socket, string Event, double Ms, int? Code, string? Reason, bool? WasClean);
