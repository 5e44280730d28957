using System.IO.Pipelines;
using Cierre.Browser;

namespace Cierre.Tool.Lab.Runs;

/// <summary>The browser's API as the client, and what its listeners received.</summary>
internal sealed class BrowserClient : LabClient
{
    // The API has no fragments of its own; a blob of this size for each leaves it no choice.
    private const int PartSize = 64 * 1024;

    // More than this is never sent, so more than this is what it takes to drop a connection.
    private const int MostBuffered = 1024 * 1024;

    private readonly WebSocket _socket;
    private readonly List<string> _order = [];
    private readonly TaskCompletionSource<CloseEvent> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _gotMessage;

    public BrowserClient(Uri url, Action<WebSocketClientOptions> configure)
    {
        var options = new BrowserWebSocketOptions { MaxBufferedAmount = MostBuffered };
        configure(options);
        _socket = new WebSocket(url.ToString(), options);
        _socket.OnOpen = e => _order.Add(e.Type);
        _socket.OnMessage = _ => _gotMessage = true;
        _socket.OnError = e => _order.Add(e.Type);
        _socket.OnClose = e =>
        {
            _order.Add(e.Type);
            _closed.TrySetResult(e);
        };
    }

    public override Task<CloseRecord?> Closed => RecordAsync();

    public Task Opened => _socket.Opened;

    /// <summary>What the listeners received, when the last of them was called.</summary>
    public async Task<ReceivedEvent> ReceivedAsync()
    {
        CloseEvent close = await _closed.Task;
        return new ReceivedEvent(close.Code, close.Reason, close.WasClean, _order);
    }

    public override ValueTask SendAsync(string text)
    {
        _socket.Send(text);
        return default;
    }

    public override ValueTask SendAsync(byte[] bytes)
    {
        _socket.Send(bytes);
        return default;
    }

    public override Task SendInPartsAsync(int parts, bool isFinished)
    {
        var content = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        _ = WriteAsync(content.Writer, parts * PartSize, isFinished);
        _socket.Send(Blob.FromStream(() => content.Reader.AsStream(), (parts + (isFinished ? 0 : 1)) * PartSize));
        return Task.CompletedTask;
    }

    public override Task<CloseRecord?> CloseAsync(CloseFrame frame)
    {
        _socket.Close(frame.Code, frame.Reason);
        return Closed;
    }

    /// <summary>The API has no abort; what drops a connection with nothing said is a send buffer that is full.</summary>
    public override void Abort() => _socket.Send(new byte[MostBuffered + 1]);

    public override async Task ExpectNothingAsync()
    {
        await _closed.Task;
        if (_gotMessage) throw new InvalidOperationException("An unfinished message was delivered.");
    }

    public override ValueTask DisposeAsync() => _socket.DisposeAsync();

    private async Task<CloseRecord?> RecordAsync() => (await _closed.Task).Record;

    /// <summary>Parts, and then, where it is not finished, nothing before the connection is closed.</summary>
    private async Task WriteAsync(PipeWriter content, int bytes, bool isFinished)
    {
        await content.WriteAsync(new byte[bytes]);
        if (!isFinished) await _closed.Task;
        await content.CompleteAsync();
    }
}
