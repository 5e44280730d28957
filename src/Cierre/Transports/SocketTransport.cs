using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cierre.Transports;

/// <summary>A socket that is read and written with nothing in between: no pipe, and no second thread.</summary>
/// <param name="socket">Connected, and this transport's own.</param>
/// <param name="earlier">Who has read the socket until now.</param>
/// <remarks>
/// While it waits it holds a small buffer. That one takes a small message in a single call; one that fills it is a hint that more has
/// come, and the rest is read into a large buffer for as long as there is any.
/// </remarks>
internal sealed class SocketTransport(Socket socket, Transport.EarlierReader? earlier = null) : OwnSocketTransport(socket)
{
    private const int Small = 1024;
    private const int Large = 64 * 1024;

    private readonly RoomSignal _room = new();
    private readonly byte[] _small = new byte[Small];
    private ITransportReceiver? _receiver;
    private volatile bool _writing;
    private bool _offering = earlier is not null;
    private bool _probing;
    private bool _counts;
    private long _read;

    protected override bool HasUnsent => _writing;

    public override void Start(ITransportReceiver receiver)
    {
        _receiver = receiver;
        _ = PumpAsync(receiver);
    }

    public override void Resume() => _room.Set();

    public override void Probe()
    {
        // In this order. Where there is something, or its reader is at it, that reader answers.
        Interlocked.Exchange(ref _probing, true);
        if (!IsBehind() && !Volatile.Read(ref _offering) && Interlocked.Exchange(ref _probing, false)) _receiver!.Probed(any: false);
    }

    public override void Close()
    {
        base.Close();
        _room.Set();
    }

    protected override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        ValueTask<int> sent = Socket.SendAsync(bytes, SocketFlags.None);
        if (!sent.IsCompletedSuccessfully) return Awaited(sent);
        _ = sent.Result;
        return default;
    }

    /// <summary>Whether anything has come that the reader does not have yet.</summary>
    private bool IsBehind()
    {
        try
        {
            return Volatile.Read(ref _counts) ? TcpReceived.Of(Socket) != Interlocked.Read(ref _read) : Socket.Available != 0;
        }
        catch (Exception e) when (IsOfTheEnd(e))
        {
            // Its reader meets the same end.
            return true;
        }
    }

    private async ValueTask Awaited(ValueTask<int> sent)
    {
        _writing = true;
        await sent.ConfigureAwait(false);
        _writing = false;
    }

    private static bool IsOfTheEnd(Exception e) => e is SocketException or ObjectDisposedException;

    private async Task PumpAsync(ITransportReceiver receiver)
    {
        TransportEnd end;
        try
        {
            if (earlier is not null) await FollowAsync(earlier, receiver).ConfigureAwait(false);
            end = await ReadToEndAsync(receiver).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            end = IsClosing ? TransportEnd.Closed(e) : EndOf(e);
        }

        receiver.Ended(end);
    }

    private async ValueTask FollowAsync(EarlierReader reader, ITransportReceiver receiver)
    {
        PipeReader pipe = reader.Read;
        bool more = true;
        while (more && !IsClosing)
        {
            ReadResult result = await pipe.ReadAsync().ConfigureAwait(false);
            foreach (ReadOnlyMemory<byte> piece in result.Buffer)
            {
                // The pipe's blocks are ours until we advance: payload is unmasked where it lies.
                if (!piece.IsEmpty) await OfferAsync(MemoryMarshal.AsMemory(piece), receiver).ConfigureAwait(false);
            }

            pipe.AdvanceTo(result.Buffer.End);
            more = !result.IsCompleted;
        }

        // The pipe is ours, and gives its memory back when both its ends are complete.
        await pipe.CompleteAsync().ConfigureAwait(false);
        Offered(receiver);
        if (await reader.Ended.ConfigureAwait(false) is { } error) throw error;
    }

    private async ValueTask<TransportEnd> ReadToEndAsync(ITransportReceiver receiver)
    {
        if (TcpReceived.Read(Socket) is { } read)
        {
            _read = read;
            Volatile.Write(ref _counts, true);
        }

        while (!IsClosing)
        {
            int count = await Socket.ReceiveAsync(_small.AsMemory(), SocketFlags.None).ConfigureAwait(false);
            if (count == 0) return EndOfRead;
            Volatile.Write(ref _offering, true);
            Count(count);
            if (count == Small) await ReadLargeAsync(receiver).ConfigureAwait(false);
            else if (Offer(_small.AsMemory(0, count), receiver) is var taken
                && (taken < count || receiver.IsHolding)) await OfferRestAsync(_small.AsMemory(taken, count - taken), receiver).ConfigureAwait(false);
            Offered(receiver);
        }

        return TransportEnd.Closed();
    }

    /// <summary>The small buffer is full: takes what else has come, and hands it out as one.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadLargeAsync(ITransportReceiver receiver)
    {
        byte[] large = ArrayPool<byte>.Shared.Rent(Large);
        try
        {
            _small.CopyTo(large, 0);
            int count = Small;
            bool filled;
            do
            {
                // Asked first, so that the receive never waits.
                if (Socket.Available > 0) count += Count(Socket.Receive(large.AsSpan(count)));
                filled = count == large.Length;
                if (count != 0) await OfferAsync(large.AsMemory(0, count), receiver).ConfigureAwait(false);
                count = 0;
            }
            while (filled && !IsClosing);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(large);
        }
    }

    private int Count(int count)
    {
        Interlocked.Add(ref _read, count);
        return count;
    }

    private ValueTask OfferAsync(Memory<byte> bytes, ITransportReceiver receiver)
    {
        int taken = Offer(bytes, receiver);
        return taken == bytes.Length && !receiver.IsHolding ? default : OfferRestAsync(bytes[taken..], receiver);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask OfferRestAsync(Memory<byte> bytes, ITransportReceiver receiver)
    {
        while (!IsClosing && (!bytes.IsEmpty || receiver.IsHolding))
        {
            await _room.WaitAsync().ConfigureAwait(false);
            if (!receiver.IsHolding && !bytes.IsEmpty && !IsClosing) bytes = bytes[Offer(bytes, receiver)..];
        }
    }

    private static int Offer(Memory<byte> bytes, ITransportReceiver receiver)
    {
        int taken = receiver.Receive(bytes, last: true);
        receiver.BatchEnd();
        return taken;
    }

    private void Offered(ITransportReceiver receiver)
    {
        Interlocked.Exchange(ref _offering, false);
        if (Volatile.Read(ref _probing) && Interlocked.Exchange(ref _probing, false)) receiver.Probed(any: true);
    }
}
