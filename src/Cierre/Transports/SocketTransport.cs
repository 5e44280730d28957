using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cierre.Buffers;

namespace Cierre.Transports;

/// <summary>A socket that is read and written with nothing in between: no pipe, and no second thread.</summary>
/// <param name="socket">Connected, and this transport's own.</param>
/// <param name="earlier">Who has read the socket until now.</param>
/// <remarks>While it waits it holds no buffer. What its receiver does not take is kept until there is room, and meanwhile nothing is read.</remarks>
internal sealed class SocketTransport(Socket socket, Transport.EarlierReader? earlier = null) : OwnSocketTransport(socket)
{
    private const int Size = 64 * 1024;

    private readonly RoomSignal _room = new();
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
            end = EndOfRead(e);
        }

        receiver.Ended(end);
    }

    private async ValueTask FollowAsync(EarlierReader reader, ITransportReceiver receiver)
    {
        PipeReader pipe = reader.Read;
        try
        {
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
        }
        finally
        {
            // The pipe is ours, and gives its memory back when both its ends are complete.
            await pipe.CompleteAsync().ConfigureAwait(false);
        }

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

        // A receive that finds nothing returns, and one that finds an error says so without an exception.
        Socket.Blocking = false;
        while (!IsClosing)
        {
            await Socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
            bool more;
            do
            {
                await Read(receiver, out more, out TransportEnd? end).ConfigureAwait(false);
                if (end is { } known) return known;
            }
            while (more && !IsClosing);
            Offered(receiver);
        }

        return TransportEnd.Closed();
    }

    /// <summary>Takes what has come, and hands it out. Completes when all of it was taken.</summary>
    /// <param name="more">Whether there may be more.</param>
    /// <param name="end">Whether and how the stream ended.</param>
    private ValueTask Read(ITransportReceiver receiver, out bool more, out TransportEnd? end)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Size);
        try
        {
            int count = Socket.Receive(buffer, SocketFlags.None, out SocketError error);
            more = count == buffer.Length;
            // A wait can end though nothing has come.
            end = error == SocketError.WouldBlock ? null
                : error != SocketError.Success ? EndOfRead(new SocketException((int)error))
                : count == 0 ? EndOfRead()
                : null;
            if (count == 0) return default;
            Volatile.Write(ref _offering, true);
            Interlocked.Add(ref _read, count);
            return OfferAsync(buffer.AsMemory(0, count), receiver);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What is not taken at once is copied, so that the memory is free when this returns.</summary>
    private ValueTask OfferAsync(Memory<byte> bytes, ITransportReceiver receiver)
    {
        int taken = Offer(bytes, receiver);
        return taken == bytes.Length && !receiver.IsHolding ? default : OfferRestAsync(bytes[taken..], receiver);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask OfferRestAsync(ReadOnlyMemory<byte> bytes, ITransportReceiver receiver)
    {
        var rest = default(PooledBuffer);
        rest.Append(bytes.Span);
        while (!IsClosing && (!rest.IsEmpty || receiver.IsHolding))
        {
            await _room.WaitAsync().ConfigureAwait(false);
            if (!receiver.IsHolding && !rest.IsEmpty && !IsClosing) rest.DropFirst(Offer(rest.Memory, receiver));
        }

        rest.Release();
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
