using System.IO.Pipelines;
using System.Net.Sockets;
using Cierre.Timing;
using Cierre.Transports;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>The sending half of an extended CONNECT stream. RFC 8441 5.</summary>
/// <remarks>A server cannot end its direction and read on: END_STREAM comes with the end of the response, so the end of the frames is the end of all.</remarks>
internal sealed class Http2Wire : Wire
{
    // RFC 9113 7: CANCEL, where HttpContext.Abort would say INTERNAL_ERROR; and NO_ERROR behind a complete response, for a peer that did not end its own
    // direction (8.1).
    private const int NoError = 0, Cancel = 8;

    private const int Piece = 64 * 1024;

    private readonly HttpContext _context;
    private readonly PipeReader _input;
    private readonly Stream _duplex;
    private readonly HostCut _cut;
    private readonly Socket? _socket;
    private readonly WindowWait _wait;
    private readonly CancellationToken _streamEnded;
    private volatile bool _aborted;
    private volatile bool _overdue;
    private volatile bool _writing;
    private long _taken;

    public Http2Wire(HttpContext context, PipeReader input, Stream duplex)
    {
        (_context, _input, _duplex) = (context, input, duplex);
        _cut = new HostCut(context);
        _socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        _wait = new WindowWait(this);
        // The server's own: the handler's takes its place.
        _streamEnded = context.RequestAborted;
    }

    public override bool EndsOnShutdown => true;

    /// <summary>What waits may belong to another stream of the same connection.</summary>
    public override int Unread => _socket?.Available ?? 0;

    public override long Taken => Interlocked.Read(ref _taken);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        _writing = true;
        _wait.Begin();
        bool waited = false;
        do
        {
            // A piece that is taken tells that the peer goes on reading.
            int count = Math.Min(bytes.Length, Piece);
            ValueTask write = _duplex.WriteAsync(bytes[..count]);
            waited |= !write.IsCompleted;
            await write.ConfigureAwait(false);
            await _duplex.FlushAsync().ConfigureAwait(false);
            Interlocked.Add(ref _taken, count);
            bytes = bytes[count..];
        }
        while (!bytes.IsEmpty);

        // Kestrel takes what is written behind a reset without a word. It ends a write that waits, and then cancels the request, on the pool.
        if (waited)
        {
            var behind = new TaskCompletionSource();
            ThreadPool.UnsafeQueueUserWorkItem(static behind => behind.SetResult(), behind, preferLocal: false);
            await behind.Task.ConfigureAwait(false);
        }

        if (_streamEnded.IsCancellationRequested) throw new IOException("The stream takes no more output.");
        _writing = false;
    }

    public override ValueTask ShutdownSendAsync() => default;

    public override void GiveUp() => _overdue = true;

    public override TransportEnd EndOf(Exception exception) => KestrelFault.OfStream(exception, _cut.IsSo);

    public override void Abort()
    {
        _aborted = true;
        Reset(Cancel);
    }

    public override async ValueTask DisposeAsync()
    {
        _cut.Forget();
        _wait.End();
        await _input.CompleteAsync().ConfigureAwait(false);
        if (_aborted) return;
        if (_writing)
        {
            // The peer's window holds frames back, and with them the end: nothing in order would reach it.
            Abort();
            return;
        }

        await _context.Response.CompleteAsync().ConfigureAwait(false);
        // A few kilobytes may be held back though their flush has completed. What the window lets through goes out, END_STREAM behind it; what it does not let
        // through would keep the stream, and the stop of the host, waiting for ever.
        if (_overdue) Reset(NoError);
    }

    private void Reset(int code)
    {
        if (_context.Features.Get<IHttpResetFeature>() is { } stream) stream.Reset(code);
        else _context.Abort();
    }

    /// <summary>Keeps a window that is shut from costing the peer its whole TCP connection.</summary>
    /// <remarks>
    /// Kestrel holds the connection to MinResponseDataRate while one of its streams waits for its window: after about 6 s every stream of the connection is
    /// gone. A WebSocket has rules of its own for a peer that takes nothing. There is no switch for one stream; but the time is measured until the stream is
    /// looked at again, and a flush has it looked at. So one follows each write a second later, and more while a write waits. Kestrel gives at least two
    /// seconds (MinDataRate.GracePeriod).
    /// </remarks>
    private sealed class WindowWait(Http2Wire wire) : DeadlineWheel.Entry
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
        private static readonly DeadlineWheel Wheel = DeadlineWheel.For(TimeProvider.System);

        private readonly Lock _gate = new();
        private bool _begun;
        private bool _over;

        public void Begin()
        {
            if (_begun) return;
            lock (_gate)
            {
                if (_over || _begun) return;
                _begun = true;
                Wheel.Schedule(this, Pause);
            }
        }

        /// <summary>Once it returns, the request is not touched any more: Kestrel gives it to the next.</summary>
        public void End()
        {
            lock (_gate)
            {
                _over = true;
                Wheel.Remove(this);
            }
        }

        public override void Due()
        {
            lock (_gate)
            {
                if (_over) return;
                _begun = wire._writing;
                Flush();
                if (_begun) Wheel.Schedule(this, Pause);
            }
        }

        private void Flush()
        {
            try
            {
                // Not waited for: where the window is shut, it ends with the write before it.
                wire._duplex.FlushAsync().ContinueWith(
                    static flush => _ = flush.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // The stream has ended in the meantime.
            }
        }
    }
}
