using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>Where HTTP writes. While HTTP is spoken a flush hands the bytes to the transport's own thread, which sends all there are in one call, as Kestrel's
/// transport does; after the upgrade a flush sends in its own place, and completes when the kernel has the bytes.</summary>
/// <remarks>
/// One sends at a time: whoever raises the number of requests from nought, until it can be set back to nought with nobody having asked in between.
/// </remarks>
internal sealed class SocketOutput(SocketConnection connection, PipeOptions options, PipeScheduler scheduler, SocketSenderPool senders) : PipeWriter
{
    private static readonly Action<object?> s_send = static output => _ = ((SocketOutput)output!).SendAllAsync();

    private static readonly FlushResult s_over = new(isCanceled: false, isCompleted: true);

    // None once it was let go of: an idle WebSocket keeps no pipe.
    private Pipe? _pipe = new(options);
    private readonly Lock _gate = new();
    private TaskCompletionSource? _ended;
    private TaskCompletionSource? _waiter;
    private volatile bool _over;
    private volatile bool _direct;
    private volatile bool _letGo;
    private int _requests;

    /// <summary>Whether a completed flush means that the kernel has the bytes. Set where nobody flushes.</summary>
    public bool IsDirect
    {
        get => _direct;
        set => _direct = value;
    }

    /// <summary>Whether a write that nobody takes any more fails. HTTP expects that it passes; layers in between, TLS, would hide its result from a
    /// sender that goes on and on.</summary>
    public bool Throws { get; set; }

    /// <summary>Completes when nothing goes out any more, and the connection has been told.</summary>
    public Task Ended
    {
        get
        {
            lock (_gate) return _over ? Task.CompletedTask : (_ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Used by whoever speaks HTTP, and by nobody at the moment of the take-over.</summary>
    private PipeWriter Writer => _letGo ? Nowhere.Shared : _pipe!.Writer;

    /// <summary>Used by the one that sends.</summary>
    private PipeReader Reader => _pipe!.Reader;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => Writer.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => Writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Writer.GetSpan(sizeHint);

    public override void Advance(int bytes) => Writer.Advance(bytes);

    public override void CancelPendingFlush() => Writer.CancelPendingFlush();

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_letGo) return ValueTask.FromResult(s_over);
        if (_direct) return FlushDirectAsync(Writer.FlushAsync(cancellationToken));
        bool any = UnflushedBytes != 0;
        ValueTask<FlushResult> flushed = Writer.FlushAsync(cancellationToken);
        if (any) Request();
        return flushed;
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (_letGo) return ValueTask.FromResult(s_over);
        if (_direct && UnflushedBytes == 0 && Interlocked.CompareExchange(ref _requests, 1, 0) == 0) return SendDirectAsync(source);
        if (_direct) return FlushDirectAsync(Writer.WriteAsync(source, cancellationToken));
        ValueTask<FlushResult> flushed = Writer.WriteAsync(source, cancellationToken);
        Request();
        return flushed;
    }

    public override void Complete(Exception? exception = null)
    {
        if (_letGo) return;
        Writer.Complete(exception);
        Request();
    }

    /// <summary>Everything was sent, and from now on another writes to the socket.</summary>
    public void LetGo()
    {
        _letGo = true;
        Pipe pipe = _pipe!;
        // The pipe gives its memory back when both its ends are complete.
        pipe.Writer.Complete();
        // Whoever asks in this moment, because the connection is cut, finds it over, or ends it: that one completes the reader.
        if (Interlocked.CompareExchange(ref _requests, 1, 0) != 0) return;
        lock (_gate) _over = true;
        _pipe = null;
        pipe.Reader.Complete();
    }

    /// <summary>The connection is shut: nothing is sent any more.</summary>
    public void Cancel()
    {
        if (_letGo) return;
        _pipe?.Reader.CancelPendingRead();
        Request();
    }

    private void Request()
    {
        if (Interlocked.Increment(ref _requests) == 1) scheduler.Schedule(s_send, this);
    }

    private async ValueTask<FlushResult> FlushDirectAsync(ValueTask<FlushResult> flushed)
    {
        if (Interlocked.CompareExchange(ref _requests, 1, 0) == 0)
        {
            await SendAllAsync().ConfigureAwait(false);
        }
        else
        {
            // What was written before the upgrade may be on its way still.
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _waiter, waiter);
            if (Interlocked.Increment(ref _requests) == 1) await SendAllAsync().ConfigureAwait(false);
            else await waiter.Task.ConfigureAwait(false);
        }

        // Complete by now, since nothing waits in the pipe.
        return await flushed.ConfigureAwait(false);
    }

    /// <summary>Sends bytes from where they lie: the pipe is empty, and this call is the one that sends.</summary>
    private async ValueTask<FlushResult> SendDirectAsync(ReadOnlyMemory<byte> bytes)
    {
        if (!_over && !bytes.IsEmpty && await SendAsync(new ReadOnlySequence<byte>(bytes)).ConfigureAwait(false) is { } broken)
        {
            End(broken.Reason, broken.Unexpected);
        }

        if (Interlocked.CompareExchange(ref _requests, 0, 1) != 1) await SendAllAsync().ConfigureAwait(false);
        if (_over && Throws) throw new IOException("The connection takes no more output.");
        return new FlushResult(isCanceled: false, isCompleted: _over);
    }

    private async Task SendAllAsync()
    {
        int seen;
        TaskCompletionSource? waiter;
        do
        {
            seen = Volatile.Read(ref _requests);
            waiter = Volatile.Read(ref _waiter);
            while (!_over && Reader.TryRead(out ReadResult result))
            {
                (Exception? Reason, Exception? Unexpected)? broken = null;
                if (!result.IsCanceled && !result.Buffer.IsEmpty) broken = await SendAsync(result.Buffer).ConfigureAwait(false);
                Reader.AdvanceTo(result.Buffer.End);
                if (broken is not null || result.IsCanceled || result.IsCompleted) End(broken?.Reason, broken?.Unexpected);
            }
        }
        while (Interlocked.CompareExchange(ref _requests, 0, seen) != seen);
        waiter?.TrySetResult();
    }

    /// <summary>Null: the kernel has them. Else why nothing goes out any more, and what of it nobody expects.</summary>
    private async ValueTask<(Exception? Reason, Exception? Unexpected)?> SendAsync(ReadOnlySequence<byte> bytes)
    {
        SocketSender sender = senders.Rent();
        try
        {
            SocketError error = await sender.SendAsync(connection.Socket, bytes).ConfigureAwait(false);
            senders.Return(sender);
            if (error == SocketError.Success) return null;
            // Whoever cut the connection may be on this thread, with locks in its hands: what the sender does about it is not to run there.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return connection.Broken(error);
        }
        catch (ObjectDisposedException e)
        {
            sender.Dispose();
            return (e, null);
        }
        catch (Exception e)
        {
            sender.Dispose();
            connection.Unexpected(e);
            return (e, e);
        }
    }

    private void End(Exception? reason, Exception? unexpected)
    {
        connection.Shutdown(reason);
        TaskCompletionSource? ended;
        lock (_gate)
        {
            _over = true;
            ended = _ended;
        }

        Reader.Complete(unexpected);
        connection.OutputEnded();
        ended?.TrySetResult();
    }

    /// <summary>What HTTP writes behind the take-over reaches nobody. It keeps nothing, so all connections share it.</summary>
    private sealed class Nowhere : PipeWriter
    {
        private const int Least = 4096;

        public static Nowhere Shared { get; } = new();

        public override long UnflushedBytes => 0;

        public override Memory<byte> GetMemory(int sizeHint = 0) => new byte[Math.Max(sizeHint, Least)];

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes)
        {
        }

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(s_over);
    }
}
