using System.Buffers;
using Cierre.Connections;

namespace Cierre.Sending;

/// <summary>The second half of a broadcast to many: what was enqueued is sent off by several threads, each taking the next few connections.</summary>
/// <remarks>That each connection has the message is known before: so two broadcasts reach every connection in the order of their calls, whoever sends them
/// off.</remarks>
internal sealed class Broadcast : IThreadPoolWorkItem
{
    // A call of the kernel for each: some tenths of a millisecond of work.
    private const int Share = 64;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConnectionCore[] _cores;
    private readonly int _count;
    private int _next;
    private int _left;

    private Broadcast(ConnectionCore[] rented, int count) => (_cores, _count, _left) = (rented, count, count);

    /// <summary>Posts to each and sends it off; completes when all have it, or are closed: those that are slow delay nobody else.</summary>
    public static ValueTask<BroadcastResult> SendAsync(IEnumerable<WebSocketConnection> receivers, BroadcastMessage message,
        CancellationToken cancellationToken)
    {
        return Environment.ProcessorCount == 1 || (receivers.TryGetNonEnumeratedCount(out int few) && few <= Share)
            ? SendHere(receivers, message, cancellationToken)
            : SendByManyAsync(receivers, message, cancellationToken);
    }

    private static ValueTask<BroadcastResult> SendHere(IEnumerable<WebSocketConnection> receivers, BroadcastMessage message,
        CancellationToken cancellationToken)
    {
        var result = new BroadcastResult();
        using (message)
        {
            foreach (WebSocketConnection receiver in receivers)
            {
                EnqueueResult enqueued = receiver.Core.Enqueue(message, receiver);
                if (enqueued != EnqueueResult.Closed) receiver.Core.FlushEnqueued();
                result = result.With(enqueued);
            }
        }

        return message.Slow is { } slow ? slow.AwaitAsync(result, cancellationToken) : new ValueTask<BroadcastResult>(result);
    }

    private static async ValueTask<BroadcastResult> SendByManyAsync(IEnumerable<WebSocketConnection> receivers, BroadcastMessage message,
        CancellationToken cancellationToken)
    {
        var result = new BroadcastResult();
        ConnectionCore[] taken =
            ArrayPool<ConnectionCore>.Shared.Rent(receivers.TryGetNonEnumeratedCount(out int expected) ? Math.Max(expected, 1) : Share);
        int count = 0;
        try
        {
            foreach (WebSocketConnection receiver in receivers)
            {
                EnqueueResult enqueued = receiver.Core.Enqueue(message, receiver);
                result = result.With(enqueued);
                if (enqueued == EnqueueResult.Closed) continue;
                if (count == taken.Length) taken = Larger(taken);
                taken[count++] = receiver.Core;
            }
        }
        finally
        {
            // Also where the application's own sequence throws halfway: what was enqueued goes out.
            message.Dispose();
            if (count <= Share) SendOff(taken.AsSpan(0, count));
            else await new Broadcast(taken, count).RunAsync().ConfigureAwait(SimulationContext.IsCurrent);
            ArrayPool<ConnectionCore>.Shared.Return(taken, clearArray: true);
        }

        return message.Slow is { } slow ? await slow.AwaitAsync(result, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent) : result;
    }

    /// <summary>Sends off what was posted to these, and waits for nobody.</summary>
    /// <param name="rented">Is given back.</param>
    public static void SendOff(ConnectionCore[] rented, int count)
    {
        if (count <= Share || Environment.ProcessorCount == 1)
        {
            SendOff(rented.AsSpan(0, count));
            ArrayPool<ConnectionCore>.Shared.Return(rented, clearArray: true);
            return;
        }

        _ = ByManyAsync();

        async Task ByManyAsync()
        {
            await new Broadcast(rented, count).RunAsync().ConfigureAwait(SimulationContext.IsCurrent);
            ArrayPool<ConnectionCore>.Shared.Return(rented, clearArray: true);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            int from = Interlocked.Add(ref _next, Share) - Share;
            if (from >= _count) return;
            int length = Math.Min(Share, _count - from);
            SendOff(_cores.AsSpan(from, length));
            if (Interlocked.Add(ref _left, -length) == 0) _done.SetResult();
        }
    }

    private Task RunAsync()
    {
        int helpers = Math.Min(Environment.ProcessorCount, (_count + Share - 1) / Share);
        for (int i = 0; i < helpers; i++) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return _done.Task;
    }

    private static void SendOff(ReadOnlySpan<ConnectionCore> cores)
    {
        foreach (ConnectionCore core in cores) core.FlushEnqueued();
    }

    private static ConnectionCore[] Larger(ConnectionCore[] full)
    {
        ConnectionCore[] larger = ArrayPool<ConnectionCore>.Shared.Rent(2 * full.Length);
        full.CopyTo(larger, 0);
        ArrayPool<ConnectionCore>.Shared.Return(full, clearArray: true);
        return larger;
    }
}
