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
internal sealed class SocketTransport(Socket socket, Transport.EarlierReader? earlier = null) : Transport
{
    private const int Small = 1024;
    private const int Large = 64 * 1024;

    private readonly RoomSignal _room = new();
    private readonly byte[] _small = new byte[Small];
    private ITransportReceiver? _receiver;
    private volatile bool _closing;
    private volatile bool _cut;
    private volatile bool _writing;
    private bool _offering = earlier is not null;
    private bool _probing;
    private bool _counts;
    private long _read;

    public override bool IsIndependent => true;

    public override long? Acknowledged
    {
        get
        {
            try
            {
                return TcpReceived.Acknowledged(socket);
            }
            catch (Exception e) when (IsOfTheEnd(e))
            {
                return null;
            }
        }
    }

    public override int Unread
    {
        get
        {
            try
            {
                return socket.Available;
            }
            catch (Exception e) when (IsOfTheEnd(e))
            {
                return 0;
            }
        }
    }

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

    public override ValueTask ShutdownSendAsync()
    {
        Shutdown(socket, SocketShutdown.Send);
        return default;
    }

    public override void Close()
    {
        _closing = true;
        _room.Set();
        // Posted: a receive that ends here might run the pump under the connection's lock.
        Post(static transport => ((SocketTransport)transport!).LetGo());
    }

    public override void Abort()
    {
        _cut = true;
        Close();
    }

    public override ValueTask ReleaseAsync()
    {
        LetGo();
        return default;
    }

    /// <summary>A socket that somebody else in this process disposed of was cut here: what the peer does never disposes of ours.</summary>
    public override TransportEnd EndOf(Exception exception) =>
        !_closing && exception is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted }
        ? new TransportEnd(TransportEndKind.CutHere, exception)
        : TransportFault.EndOf(exception);

    protected override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        ValueTask<int> sent = socket.SendAsync(bytes, SocketFlags.None);
        if (!sent.IsCompletedSuccessfully) return Awaited(sent);
        _ = sent.Result;
        return default;
    }

    /// <summary>Whether anything has come that the reader does not have yet.</summary>
    private bool IsBehind()
    {
        try
        {
            return Volatile.Read(ref _counts) ? TcpReceived.Of(socket) != Interlocked.Read(ref _read) : socket.Available != 0;
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

    /// <summary>A peer that takes nothing is cut: nothing in order would reach it.</summary>
    private void LetGo()
    {
        if (_cut || _writing)
        {
            socket.Close(timeout: 0);
            return;
        }

        Shutdown(socket, SocketShutdown.Both);
        socket.Dispose();
    }

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
            end = _closing ? new TransportEnd(TransportEndKind.Closed, e) : EndOf(e);
        }

        receiver.Ended(end);
    }

    private async ValueTask FollowAsync(EarlierReader reader, ITransportReceiver receiver)
    {
        PipeReader pipe = reader.Read;
        bool more = true;
        while (more && !_closing)
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
        if (TcpReceived.Read(socket) is { } read)
        {
            _read = read;
            Volatile.Write(ref _counts, true);
        }

        while (!_closing)
        {
            int count = await socket.ReceiveAsync(_small.AsMemory(), SocketFlags.None).ConfigureAwait(false);
            if (count == 0) return new TransportEnd(_closing ? TransportEndKind.Closed : TransportEndKind.EndOfStream);
            Volatile.Write(ref _offering, true);
            Count(count);
            if (count == Small) await ReadLargeAsync(receiver).ConfigureAwait(false);
            else if (Offer(_small.AsMemory(0, count), receiver) is var taken
                && (taken < count || receiver.IsHolding)) await OfferRestAsync(_small.AsMemory(taken, count - taken), receiver).ConfigureAwait(false);
            Offered(receiver);
        }

        return new TransportEnd(TransportEndKind.Closed);
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
                if (socket.Available > 0) count += Count(socket.Receive(large.AsSpan(count)));
                filled = count == large.Length;
                if (count != 0) await OfferAsync(large.AsMemory(0, count), receiver).ConfigureAwait(false);
                count = 0;
            }
            while (filled && !_closing);
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
        while (!_closing && (!bytes.IsEmpty || receiver.IsHolding))
        {
            await _room.WaitAsync().ConfigureAwait(false);
            if (!receiver.IsHolding && !bytes.IsEmpty && !_closing) bytes = bytes[Offer(bytes, receiver)..];
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
