using System.Buffers;
using Cierre.Closing;

namespace Cierre.Protocol;

/// <summary>Data frames that come: messages, whole or in parts. RFC 6455 5.4, 5.6; RFC 7692 6.2.</summary>
internal sealed partial class WebSocketProtocol
{
    // A piece of a compressed message that is read in parts: it may become a thousand times as much.
    private const int LargestDeflatedPart = 1024;

    // The same, for a message that is held: at a thousandfold it is a turn or some, and no longer.
    private const int LargestDeflatedPiece = 4096;

    private bool ReadData(ref Memory<byte> input, IBufferWriter<byte> output, TimeSpan now, out ProtocolEvent found)
    {
        found = default;
        bool compressed = _messages.IsCompressed;
        Memory<byte> piece = compressed ? _frames.ReadPayload(ref input, InParts ? LargestDeflatedPart : LargestDeflatedPiece) : _frames.ReadPayload(ref input);
        Observer?.CamePayload(piece.Span);
        bool frameDone = _frames.Remaining == 0;
        bool last = frameDone && _frames.Header.Fin;
        if (frameDone) _insideFrame = false;
        long inflated = compressed ? _messages.Size : 0;
        Violation? broken = compressed ? _messages.Inflate(piece, last) : _messages.Check(piece.Span, last);
        if (compressed) _work.Inflated(piece.Length, _messages.Size - inflated);
        else _work.PayloadCame(piece.Length);
        if (broken is { } violation)
        {
            found = Closing(Break(violation, output, now));
            return true;
        }

        if (last)
        {
            _traffic.MessageCame(_messages.Size);
            _keepAlive.MessagePassed(now);
        }

        if (!Delivers)
        {
            // After our close, the peer's data is checked and dropped.
            _messages.Release();
            return false;
        }

        if (compressed) return FindInflated(last, out found);

        if (last && !InParts && _messages.Held == 0)
        {
            found = new ProtocolEvent { Kind = ProtocolEventKind.Message, MessageKind = _messages.Kind, Piece = piece, Last = true };
            return true;
        }

        if (InParts && _messages.Held == 0)
        {
            if (piece.IsEmpty && !last) return false;
            found = new ProtocolEvent { Kind = ProtocolEventKind.MessagePart, MessageKind = _messages.Kind, Piece = piece, Last = last };
            return true;
        }

        if (_messages.Keep(piece.Span, _frames.Remaining) is { } unholdable)
        {
            found = Closing(Break(unholdable, output, now));
            return true;
        }

        if (InParts)
        {
            found = HeldPart(last);
            return true;
        }

        if (last) found = HeldMessage();
        return last;
    }

    /// <summary>What was inflated lies in our own buffer already.</summary>
    private bool FindInflated(bool last, out ProtocolEvent found)
    {
        found = default;
        if (InParts ? !last && _messages.Held == 0 : !last) return false;
        found = InParts ? HeldPart(last) : HeldMessage();
        return true;
    }

    private ProtocolEvent HeldMessage() => Held(ProtocolEventKind.Message, last: true);

    /// <summary>What was held before the reader asked for a stream.</summary>
    private ProtocolEvent HeldPart(bool last = false) => Held(ProtocolEventKind.MessagePart, last);

    private ProtocolEvent Held(ProtocolEventKind kind, bool last)
    {
        _handedOut = true;
        return new ProtocolEvent(ref _messages.Assembled) { Kind = kind, MessageKind = _messages.Kind, Last = last };
    }
}
