using System.Net;
using System.Net.Sockets;

namespace Cierre.Client;

/// <summary>Connects to the first of several addresses of one name that answers, so that one that is silent costs a moment and not the opening. RFC
/// 8305.</summary>
internal sealed class AddressRace(Func<IPEndPoint, CancellationToken, ValueTask<Stream>> connect, OpeningTrace trace, TimeProvider time)
{
    /// <summary>RFC 8305 8, Connection Attempt Delay: how long an address has before the next is tried beside it.</summary>
    public static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>RFC 8305 4: the families in turns, beginning with that of the first; within a family in the resolver's order.</summary>
    public static IEnumerable<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        var first = new Queue<IPAddress>(addresses.Where(address => address.AddressFamily == addresses[0].AddressFamily));
        var second = new Queue<IPAddress>(addresses.Where(address => address.AddressFamily != addresses[0].AddressFamily));
        while (first.Count + second.Count > 0)
        {
            if (first.TryDequeue(out IPAddress? address)) yield return address;
            if (second.TryDequeue(out address)) yield return address;
        }
    }

    /// <summary>Returns the connection that was there first; the others are given up. Throws what the last one threw where none was.</summary>
    public async Task<Stream> RunAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        if (addresses is []) throw new SocketException((int)SocketError.NoData);
        IPEndPoint[] order = [.. Interleave(addresses).Distinct().Select(address => new IPEndPoint(address, port))];
        var running = new List<Task<Stream>>();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            int next = 0;
            while (true)
            {
                if (next < order.Length) running.Add(AttemptAsync(order[next++], over.Token));
                bool more = next < order.Length;
                Task<Stream>? ended = await FirstAsync(running, more, over.Token).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                // RFC 8305 5: the delay is over, and the next begins; where one has failed, at once.
                if (ended is null) continue;
                running.Remove(ended);
                if (ended.IsCompletedSuccessfully || !(more || running.Count > 0)) return await ended.ConfigureAwait(false);
                _ = ended.Exception;
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            foreach (Task<Stream> loser in running) _ = DropAsync(loser);
        }
    }

    /// <summary>The first of them that ends; null where the delay was over before.</summary>
    private async Task<Task<Stream>?> FirstAsync(List<Task<Stream>> running, bool more, CancellationToken cancellationToken)
    {
        if (!more) return await Task.WhenAny(running).ConfigureAwait(false);
        using var decided = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task delay = Task.Delay(AttemptDelay, time, decided.Token);
        Task ended = await Task.WhenAny([.. running, delay]).ConfigureAwait(false);
        await decided.CancelAsync().ConfigureAwait(false);
        return ended as Task<Stream>;
    }

    private async Task<Stream> AttemptAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        OpeningAttempt attempt = trace.BeginAttempt(endPoint);
        try
        {
            Stream stream = await connect(endPoint, cancellationToken).ConfigureAwait(false);
            trace.EndAttempt(attempt, failure: null);
            return stream;
        }
        catch (Exception e)
        {
            trace.EndAttempt(attempt, e);
            throw;
        }
    }

    private static async Task DropAsync(Task<Stream> loser)
    {
        try
        {
            Stream stream = await loser.ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It was given up, or failed by itself; the trace has it.
        }
    }
}
