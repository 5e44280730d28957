using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;

namespace Cierre.Transports;

/// <summary>Pumps a <see cref="PipeReader"/> into a receiver; the sending half is a <see cref="Wire"/>.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing.")]
internal sealed class PipeTransport(PipeReader input, Wire wire) : Transport
{
    private readonly SemaphoreSlim _room = new(0);
    private ITransportReceiver? _receiver;
    private volatile bool _closing;
    private volatile bool _shutting;

    public override int Unread => wire.Unread;

    public override void Start(ITransportReceiver receiver)
    {
        _receiver = receiver;
        _ = PumpAsync(receiver);
    }

    public override void Resume() => _room.Release();

    public override void Look() => input.CancelPendingRead();

    public override ValueTask ShutdownSendAsync()
    {
        if (!wire.ShutsBetweenReads) return new ValueTask(ShutAsync());
        _shutting = true;
        input.CancelPendingRead();
        return default;
    }

    public override void Close()
    {
        _closing = true;
        input.CancelPendingRead();
        _room.Release();
    }

    public override void Abort()
    {
        _closing = true;
        wire.Abort();
        input.CancelPendingRead();
        _room.Release();
    }

    protected override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => wire.WriteAsync(bytes);

    private async Task ShutAsync()
    {
        try
        {
            await wire.ShutdownSendAsync();
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The peer is gone; the pump sees the same end.
        }

        if (wire.EndsOnShutdown) Close();
    }

    private async Task PumpAsync(ITransportReceiver receiver)
    {
        TransportEnd end;
        try
        {
            end = await ReadToEndAsync(receiver);
            if (end.Kind == TransportEndKind.EndOfStream) await receiver.Settled();
        }
        catch (Exception e)
        {
            end = _closing ? new TransportEnd(TransportEndKind.Closed, e) : wire.EndOf(e);
        }

        try
        {
            await wire.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Whatever fails in letting go changes nothing any more.
        }

        receiver.Ended(end);
    }

    private async ValueTask<TransportEnd> ReadToEndAsync(ITransportReceiver receiver)
    {
        while (!_closing)
        {
            ReadResult result = await input.ReadAsync();
            bool any = !result.Buffer.IsEmpty;
            bool full = Offer(receiver, result.Buffer);
            // A cancelled read is either ours, a look or the end, or a host that begins to stop; the latter changes nothing for us.
            if (result.IsCanceled && !_closing) receiver.Looked(any);
            if (_shutting)
            {
                // Begun here, between two reads, and not waited for: a peer that writes before it reads must not be waited for by us either.
                _shutting = false;
                _ = ShutAsync();
            }

            if (result.IsCompleted && !full) return new TransportEnd(TransportEndKind.EndOfStream);
            if (full && !_closing) await _room.WaitAsync();
        }

        return new TransportEnd(TransportEndKind.Closed);
    }

    /// <summary>True: the receiver is full and left bytes in the pipe.</summary>
    private bool Offer(ITransportReceiver receiver, ReadOnlySequence<byte> buffer)
    {
        long taken = 0;
        bool full = false;
        if (!buffer.IsEmpty)
        {
            SequencePosition next = buffer.Start;
            while (!full && buffer.TryGet(ref next, out ReadOnlyMemory<byte> segment))
            {
                if (segment.IsEmpty) continue;
                // The pipe's blocks are ours until we advance: payload is unmasked where it lies.
                int count = receiver.Receive(MemoryMarshal.AsMemory(segment), last: taken + segment.Length == buffer.Length);
                taken += count;
                full = count < segment.Length;
            }

            receiver.BatchEnd();
        }

        SequencePosition consumed = buffer.GetPosition(taken);
        input.AdvanceTo(consumed, full ? consumed : buffer.End);
        return full;
    }
}
