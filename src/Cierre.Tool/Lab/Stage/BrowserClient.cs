using Cierre.Browser;

namespace Cierre.Tool.Lab.Stage;

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
        var options = new WebSocketOptions { MaxBufferedAmount = MostBuffered };
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

    public override Task<CloseRecord> Closed => RecordAsync();

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
        Stream content = new MemoryStream(new byte[parts * PartSize]);
        _socket.Send(Blob.FromStream(() => isFinished ? content : new UnfinishedStream(content, _closed.Task), (parts + (isFinished ? 0 : 1)) * PartSize));
        return Task.CompletedTask;
    }

    public override Task<CloseRecord> CloseAsync(CloseFrame frame)
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

    private async Task<CloseRecord> RecordAsync() => (await _closed.Task).Record!;

    /// <summary>A stream whose last part does not come before the connection is closed.</summary>
    private sealed class UnfinishedStream(Stream start, Task closed) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await start.ReadAsync(buffer, cancellationToken);
            if (count == 0) await closed.WaitAsync(cancellationToken);
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => start.Read(buffer, offset, count);

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
