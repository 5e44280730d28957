using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Cierre.Closing;
using Cierre.Connections;

namespace Cierre.Browser;

/// <summary>The sends of one socket in their order, and its close behind them: what follows a blob waits until the blob was read.</summary>
internal sealed class SendQueue(WebSocketConnection connection, TimeSpan closeTimeout, TimeProvider time)
{
    // A larger blob is read and sent in pieces.
    private const int Chunk = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<Func<ValueTask>> _steps = new();
    private bool _running;

    [SuppressMessage(
        "Reliability", "CA2012", Justification = "A send that fails does so because of the close, which is news of its own; nobody waits for its room.")]
    public void Send(WebSocketMessageKind kind, ReadOnlyMemory<byte> bytes) => Run(() =>
    {
        ValueTask sent = connection.SendAsync(kind, bytes);
        // Looked at, so that it is not reported as an exception that nobody observed.
        if (sent.IsFaulted) _ = sent.AsTask().Exception;
        return default;
    });

    public void Send(Blob blob)
    {
        if (blob.Bytes is { } bytes) Send(WebSocketMessageKind.Binary, bytes);
        else Run(() => SendAsync(blob));
    }

    /// <summary>Begins the closing handshake behind what was sent before. A blob that takes longer than the close timeout is cut off.</summary>
    public void Close(CloseFrame frame, EndReason why)
    {
        if (Run(() => Begin(frame, why))) return;
        _ = LaterAsync();

        async Task LaterAsync()
        {
            await Task.Delay(closeTimeout, time).ConfigureAwait(SimulationContext.IsCurrent);
            await Begin(frame, why).ConfigureAwait(SimulationContext.IsCurrent);
        }
    }

    private ValueTask Begin(CloseFrame frame, EndReason why)
    {
        ConnectionControl.Of(connection).Close(frame, why);
        return default;
    }

    /// <summary>Runs the steps that wait and this one; false: a blob is before it.</summary>
    private bool Run(Func<ValueTask> step)
    {
        lock (_gate)
        {
            _steps.Enqueue(step);
            if (_running) return false;
            _running = true;
        }

        return RunAsync().IsCompleted;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            Func<ValueTask>? step;
            lock (_gate)
            {
                if (!_steps.TryDequeue(out step))
                {
                    _running = false;
                    return;
                }
            }

            await step().ConfigureAwait(SimulationContext.IsCurrent);
        }
    }

    private async ValueTask SendAsync(Blob blob)
    {
        try
        {
            if (blob.Size > Chunk)
            {
                await StreamAsync(blob).ConfigureAwait(SimulationContext.IsCurrent);
                return;
            }

            ReadOnlyMemory<byte> bytes = await blob.ArrayBufferAsync().ConfigureAwait(SimulationContext.IsCurrent);
            await connection.SendAsync(bytes).ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (WebSocketClosedException)
        {
            // The close is news of its own.
        }
        catch (Exception e)
        {
            // Half of it may be out, and what was promised as sent cannot be taken back.
            ConnectionControl.Of(connection).Abort(EndReason.BlobNotReadable(e));
        }
    }

    private async Task StreamAsync(Blob blob)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            Stream content = blob.OpenRead();
            await using ConfiguredAsyncDisposable end = content.ConfigureAwait(SimulationContext.IsCurrent);
            WebSocketMessageStream message = await connection.OpenSendStreamAsync(WebSocketMessageKind.Binary).ConfigureAwait(SimulationContext.IsCurrent);
            for (long left = blob.Size; left > 0;)
            {
                int most = (int)Math.Min(left, Chunk);
                int count = await content.ReadAtLeastAsync(chunk.AsMemory(0, most), most).ConfigureAwait(SimulationContext.IsCurrent);
                await message.WriteAsync(chunk.AsMemory(0, count)).ConfigureAwait(SimulationContext.IsCurrent);
                left -= count;
            }

            await message.DisposeAsync().ConfigureAwait(SimulationContext.IsCurrent);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}
