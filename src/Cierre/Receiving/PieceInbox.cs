using System.Threading.Tasks.Sources;
using Cierre.Buffers;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Scheduling;

namespace Cierre.Receiving;

/// <summary>Some of a message, in the reader's own memory.</summary>
/// <param name="Kind">Of the message.</param>
/// <param name="Count">How many bytes it is.</param>
/// <param name="EndsMessage">Nothing more of the message follows.</param>
internal readonly record struct MessagePiece(WebSocketMessageKind Kind, int Count, bool EndsMessage);

/// <summary>Whatever has come of a message, for a reader that brings its own memory: no message is assembled, and an idle connection holds no buffer.</summary>
/// <remarks>What comes while the reader waits goes from the transport's memory into the reader's, without a stop between.</remarks>
internal sealed class PieceInbox(Lock gate, ConnectionDriver driver) : ReaderInbox(gate, driver), IValueTaskSource<MessagePiece?>
{
    private readonly Queue<MessagePiece> _pieces = new(1);
    private PooledBuffer _bytes;
    private int _read;
    private int _taken;
    private MessagePiece? _result;
    private Memory<byte> _target;
    private int _filled;
    private WebSocketMessageKind _kind;
    private TaskCompletionSource? _over;
    private bool _isOut;
    private bool _discards;

    public override bool IsFull(int heldByEngine) =>
        Waits == Waiting.ForNothing && !HasEnded && !_discards && UnreadBytes + MessageOverhead * _pieces.Count + heldByEngine >= HighWater;

    public override int UnreadBytes => _bytes.Length - _read;

    public override bool IsIdle => !_isOut && _pieces.Count == 0;

    public override bool IsBusy => Waits == Waiting.ForNothing && (_isOut || _pieces.Count > 0);

    public override bool WantsParts => true;

    // ---- the engine's side; true: wake the reader, outside the lock ----

    public override bool Deliver(in ProtocolEvent message) => DeliverPart(message);

    public override bool DeliverPart(in ProtocolEvent part)
    {
        if (_discards)
        {
            part.Drop();
            return false;
        }

        ReadOnlySpan<byte> bytes = part.Payload.Span;
        if (Waits == Waiting.ForNothing)
        {
            Add((WebSocketMessageKind)part.MessageKind, bytes, part.Last);
            part.Drop();
            return false;
        }

        // Of a wait without memory it is told that something has come; an empty message is all of it.
        int count = Math.Min(bytes.Length, _target.Length - _filled);
        bool whole = count == bytes.Length;
        bytes[..count].CopyTo(_target.Span[_filled..]);
        _filled += count;
        _kind = (WebSocketMessageKind)part.MessageKind;
        if (!whole) Add(_kind, bytes[count..], part.Last);
        part.Drop();
        // What follows at once saves the reader a turn.
        if (whole && !part.Last && _filled < _target.Length && driver.Receiving.BatchGoesOn) return false;
        return HandOver(whole && part.Last);
    }

    /// <summary>Something lies in the memory of the reader, which waits for more of the same batch.</summary>
    public override bool WaitsForBatch => _filled > 0 && Waits != Waiting.ForNothing;

    public override bool EndBatch() => WaitsForBatch && HandOver(endsMessage: false);

    public override bool End()
    {
        _over?.TrySetResult();
        if (WaitsForBatch) _result = new MessagePiece(_kind, _filled, false);
        return base.End();
    }

    /// <summary>Lets it lie here until it is asked for.</summary>
    public void Add(WebSocketOpcode kind, ReadOnlySpan<byte> bytes, bool last) => Add((WebSocketMessageKind)kind, bytes, last);

    // ---- the reader's side ----

    /// <summary>Takes what has come of the next message, or begins to wait for it.</summary>
    /// <param name="buffer">Empty: nothing is taken, and the wait holds no memory.</param>
    /// <param name="piece">Null at the end of the connection.</param>
    /// <param name="wait">Of a wait: the token for <see cref="IValueTaskSource{TResult}"/>.</param>
    /// <returns>Whether there is something, so that nobody waits.</returns>
    /// <exception cref="InvalidOperationException">A receive is already waiting.</exception>
    public bool TryReceive(Memory<byte> buffer, CancellationToken cancellationToken, out MessagePiece? piece, out short wait)
    {
        piece = null;
        bool isHere;
        lock (Gate)
        {
            CheckOne();
            _isOut = false;
            isHere = _pieces.Count > 0 || HasEnded;
            if (_pieces.Count > 0)
            {
                piece = Take(buffer.Span);
            }
            else if (!isHere)
            {
                (_target, _filled, _result) = (buffer, 0, null);
                Wait(Waiting.ForPiece, cancellationToken);
            }

            wait = Waiter.Version;
        }

        driver.Receiving.AfterReceive();
        return isHere;
    }

    /// <summary>Nobody will ask for what comes: it is dropped, and so is what lies here. A reader that waits by now gets what comes first.</summary>
    public void Discard()
    {
        lock (Gate)
        {
            if (Waits == Waiting.ForNothing) Drop();
        }

        driver.Receiving.AfterReceive();
    }

    /// <summary>The reader is gone. Under the lock; true: one waits, and is to be woken outside of it.</summary>
    public bool Leave()
    {
        Drop();
        return Waits != Waiting.ForNothing && StopWaiting();
    }

    /// <summary>Completes when nothing more comes.</summary>
    public Task WhenOver()
    {
        lock (Gate)
        {
            if (HasEnded) return Task.CompletedTask;
            return (_over ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private bool HandOver(bool endsMessage)
    {
        _result = new MessagePiece(_kind, _filled, endsMessage);
        _isOut = true;
        return StopWaiting();
    }

    private void Drop()
    {
        _discards = true;
        _isOut = false;
        _pieces.Clear();
        _bytes.Release();
        _read = _taken = 0;
    }

    private void Add(WebSocketMessageKind kind, ReadOnlySpan<byte> bytes, bool last)
    {
        if (_read >= HighWater)
        {
            // A reader that never takes quite all: what is read must not pile up.
            _bytes.DropFirst(_read);
            _read = 0;
        }

        _bytes.Append(bytes);
        _pieces.Enqueue(new MessagePiece(kind, bytes.Length, last));
    }

    private MessagePiece Take(Span<byte> buffer)
    {
        MessagePiece first = _pieces.Peek();
        if (buffer.IsEmpty && first.Count > 0) return first with { Count = 0, EndsMessage = false };
        _isOut = true;
        int count = 0;
        while (true)
        {
            int rest = first.Count - _taken;
            int part = Math.Min(rest, buffer.Length - count);
            _bytes.Span.Slice(_read, part).CopyTo(buffer[count..]);
            count += part;
            _read += part;
            _taken += part;
            if (part < rest) break;
            _taken = 0;
            _pieces.Dequeue();
            // An end that brings no byte belongs to what came before it.
            if (first.EndsMessage || !_pieces.TryPeek(out MessagePiece next) || (count == buffer.Length && next.Count > 0)) break;
            first = next;
        }

        if (_pieces.Count == 0)
        {
            _bytes.Release();
            _read = 0;
        }

        return new MessagePiece(first.Kind, count, first.EndsMessage && _taken == 0);
    }

    public MessagePiece? GetResult(short token)
    {
        Unclaim(token);
        Waiter.GetResult(token);
        return _result;
    }

    public ValueTaskSourceStatus GetStatus(short token) => Waiter.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        Waiter.OnCompletedGuarded(continuation, state, token, flags, inPlace: !HasContext);
}
