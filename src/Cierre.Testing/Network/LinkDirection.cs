using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Cierre.Testing.Clock;

namespace Cierre.Testing.Network;

/// <summary>One direction of a link: takes from the sender what there is room for, in pieces, and lets each arrive in its time, in order.</summary>
/// <remarks>The pipes are the kernels' buffers: a flush completes when the sending one has room again, and what the receiving one holds unread closes the
/// window.</remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA1001", Justification = "A simulated timer holds nothing.")]
internal sealed class LinkDirection
{
    private readonly SimulatedLoop _loop;
    private readonly Random _random;
    private readonly NetworkTrace _trace;
    private readonly string _sender, _receiver;
    private readonly Queue<Piece> _onTheWay = [];
    private readonly SimulatedTimer _arrival;
    private readonly Pipe _sent, _received;
    private NetworkPath _path;
    private long _written, _taken, _inFlight, _unread, _lastArrival, _lineFree;
    private bool _wakes, _senderEnded, _aborted, _receiverLeft;

    // Nothing more is taken from the sender; what was taken vanishes; a reset is on its way; nothing passes, a reset neither; the stall is behind.
    private bool _over, _vanishes, _resets, _silent, _stalled;

    public LinkDirection(SimulatedLoop loop, Random random, NetworkTrace trace, NetworkPath path, string sender, string receiver)
    {
        (_loop, _random, _trace, _path, _sender, _receiver) = (loop, random, trace, path, sender, receiver);
        (_sent, _received) = (NewPipe(path.BufferSize), NewPipe(0));
        _arrival = new SimulatedTimer(loop, static direction => ((LinkDirection)direction!).Arrive(), this);
        Wake();
    }

    private enum PieceKind
    {
        Bytes,
        EndOfStream,
        Reset,
    }

    /// <summary>The other direction, which a reset ends too.</summary>
    public LinkDirection Back { get; set; } = null!;

    public PipeReader Received => _received.Reader;

    public PipeWriter ToSend => _sent.Writer;

    /// <summary>Looks at what the sender hands over.</summary>
    public WireTap? OnWritten { get; set; }

    /// <summary>Looks at what arrives.</summary>
    public WireTap? OnArrived { get; set; }

    public NetworkPath Path
    {
        get => _path;
        set
        {
            _path = value;
            _stalled = false;
            Wake();
        }
    }

    private int NextPiece => _path.MaxPieceSize is { } most and < int.MaxValue ? _random.Next(1, most + 1) : int.MaxValue;

    /// <summary>How many bytes the sender has handed over.</summary>
    public long Sent => _written;

    public void Written(ReadOnlySpan<byte> bytes)
    {
        _written += bytes.Length;
        OnWritten?.Invoke(bytes);
    }

    /// <summary>There may be something to move.</summary>
    public void Wake()
    {
        if (_wakes || _over) return;
        _wakes = true;
        _loop.Post(static direction => ((LinkDirection)direction!).Move(), this);
    }

    /// <summary>The sender's FIN, behind what it has sent; or its RST, at once and with that thrown away.</summary>
    public void SenderEnds(Exception? error)
    {
        if (_senderEnded) return;
        _senderEnded = true;
        if (_trace.IsOn) _trace.Says($"{_sender} {(error is null ? "ends its stream" : "resets the connection")}");
        _sent.Writer.Complete();
        _aborted = error is not null;
        Wake();
    }

    /// <summary>The receiver closes its socket: whatever is left, or comes, is answered with RST.</summary>
    public void ReceiverLeaves()
    {
        if (_receiverLeft) return;
        _receiverLeft = true;
        _received.Reader.Complete();
        if (_trace.IsOn) _trace.Says($"{_receiver} lets go{(_unread > 0 ? $" of {_unread} unread bytes" : "")}");
        if (_unread > 0) Back.SendReset();
        _unread = 0;
        Wake();
    }

    public void Took(long count)
    {
        if (count == 0) return;
        _unread -= count;
        Wake();
    }

    /// <summary>Something in between, or the kernel of an end that is gone, says RST.</summary>
    public void SendReset()
    {
        if (_resets || _silent) return;
        _over = _resets = true;
        Send(PieceKind.Reset);
    }

    private void Move()
    {
        _wakes = false;
        while (!_over)
        {
            if (_aborted)
            {
                SendReset();
                _sent.Reader.Complete();
                return;
            }

            long room = _vanishes || _receiverLeft ? long.MaxValue : _path.BufferSize - _inFlight - _unread;
            if (IsAtFault() || room <= 0 || !_sent.Reader.TryRead(out ReadResult result)) return;
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (buffer.IsEmpty)
            {
                _sent.Reader.AdvanceTo(buffer.End);
                if (!result.IsCompleted) return;
                _over = true;
                if (!_vanishes) Send(PieceKind.EndOfStream);
                return;
            }

            buffer = buffer.Slice(0, Math.Min(Math.Min(buffer.Length, room), Math.Min(NextPiece, ToFault)));
            Take(buffer);
            _sent.Reader.AdvanceTo(buffer.End);
        }
    }

    private long ToFault => _vanishes || _stalled || _path.Fault == PathFault.None ? long.MaxValue : Math.Max(0, _path.FaultAfterBytes - _taken);

    /// <summary>True: nothing moves any more, or for a while.</summary>
    private bool IsAtFault()
    {
        if (ToFault != 0) return false;
        if (_trace.IsOn) _trace.Says($"{_path.Fault} on the way to the {_receiver}, after {_taken} bytes");
        switch (_path.Fault)
        {
            case PathFault.EndOfStream:
                _vanishes = true;
                Send(PieceKind.EndOfStream);
                return false;
            case PathFault.Reset:
                SendReset();
                Back.SendReset();
                return true;
            case PathFault.Silence:
                _over = _silent = true;
                return true;
            default:
                _stalled = true;
                _lineFree = Math.Max(_lineFree, _loop.Now) + _path.StallDuration.Ticks;
                return false;
        }
    }

    private void Take(in ReadOnlySequence<byte> bytes)
    {
        int length = (int)bytes.Length;
        _taken += length;
        if (_vanishes) return;
        byte[] copy = ArrayPool<byte>.Shared.Rent(length);
        bytes.CopyTo(copy);
        _inFlight += length;
        if (_path.BytesPerSecond is { } rate) _lineFree = Math.Max(_lineFree, _loop.Now) + (TimeSpan.TicksPerSecond * length / rate);
        Send(PieceKind.Bytes, copy, length);
    }

    private void Send(PieceKind kind, byte[]? bytes = null, int length = 0)
    {
        long jitter = _path.Jitter > TimeSpan.Zero ? _random.NextInt64(_path.Jitter.Ticks + 1) : 0;
        _lastArrival = Math.Max(_lastArrival, Math.Max(_loop.Now, _lineFree) + _path.Latency.Ticks + jitter);
        _onTheWay.Enqueue(new Piece(kind, bytes ?? [], length, _lastArrival));
        if (_onTheWay.Count == 1) AwaitNext();
    }

    private void AwaitNext() => _arrival.Change(TimeSpan.FromTicks(_onTheWay.Peek().Due - _loop.Now), Timeout.InfiniteTimeSpan);

    private void Arrive()
    {
        Piece piece = _onTheWay.Dequeue();
        if (_onTheWay.Count > 0) AwaitNext();
        switch (piece.Kind)
        {
            case PieceKind.Bytes:
                _inFlight -= piece.Length;
                if (_receiverLeft) Back.SendReset();
                else Deliver(piece.Bytes.AsSpan(0, piece.Length));
                ArrayPool<byte>.Shared.Return(piece.Bytes);
                break;
            case PieceKind.EndOfStream:
                if (_trace.IsOn) _trace.Says($"{_receiver} sees the end of the stream");
                _received.Writer.Complete();
                break;
            case PieceKind.Reset:
                if (_trace.IsOn) _trace.Says($"{_receiver} sees a reset");
                var reset = new SocketException((int)SocketError.ConnectionReset);
                _received.Writer.Complete(reset);
                Back.IsReset(reset);
                break;
        }

        Wake();
    }

    private void Deliver(ReadOnlySpan<byte> bytes)
    {
        OnArrived?.Invoke(bytes);
        if (_trace.IsOn) _trace.Gets(_receiver, bytes.Length);
        _unread += bytes.Length;
        _received.Writer.Write(bytes);
        // Complete at once: this pipe has no limit of its own, the window is what limits.
        ValueTask<FlushResult> flush = _received.Writer.FlushAsync();
        if (flush.IsCompleted) _ = flush.Result;
    }

    /// <summary>The sender of this direction has seen a reset: its writes fail from now on.</summary>
    private void IsReset(SocketException reset)
    {
        _over = true;
        _sent.Reader.Complete(reset);
    }

    /// <summary>Everything goes on in place: the loop is where it comes from.</summary>
    private static Pipe NewPipe(int buffer) => new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: buffer,
        resumeWriterThreshold: Math.Max(1, buffer / 2),
        useSynchronizationContext: false));

    private readonly record struct Piece(PieceKind Kind, byte[] Bytes, int Length, long Due);
}

/// <summary>Looks at bytes of one direction, in their order.</summary>
internal delegate void WireTap(ReadOnlySpan<byte> bytes);
