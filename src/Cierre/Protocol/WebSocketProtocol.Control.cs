using System.Buffers;
using Cierre.Closing;

namespace Cierre.Protocol;

/// <summary>Control frames that come: pings, pongs and the close. RFC 6455 5.5.</summary>
internal sealed partial class WebSocketProtocol
{
    private bool ReadControl(ref Memory<byte> input, IBufferWriter<byte> output, TimeSpan now, out ProtocolEvent found)
    {
        found = default;
        Memory<byte> piece = _frames.ReadPayload(ref input);
        Observer?.CamePayload(piece.Span);
        if (_frames.Remaining != 0)
        {
            _control.Append(piece.Span);
            return false;
        }

        _insideFrame = false;
        ReadOnlySpan<byte> payload = piece.Span;
        bool split = !_control.IsEmpty;
        if (split)
        {
            _control.Append(payload);
            payload = _control.Span;
        }

        bool any = Control(_frames.Header.Opcode, payload, output, now, out found);
        if (split) _control.Release();
        return any;
    }

    private bool Control(WebSocketOpcode opcode, ReadOnlySpan<byte> payload, IBufferWriter<byte> output, TimeSpan now, out ProtocolEvent found)
    {
        found = default;
        switch (opcode)
        {
            case WebSocketOpcode.Ping:
                _owedPong.Clear();
                _owedPong.Append(payload);
                _owesPong = true;
                if (!HoldPongs) WriteOwedPong(output, now);
                return false;
            case WebSocketOpcode.Pong:
                if (!_pings.TryAnswer(payload, now, out ulong number, out TimeSpan roundTrip)) return false;
                _traffic.PongCame();
                found = new ProtocolEvent { Kind = ProtocolEventKind.Pong, PingNumber = number, RoundTrip = roundTrip };
                return true;
            default:
                found = Closing(CloseFrame.TryParse(payload, out CloseFrame frame, out Violation? violation)
                    ? Move(new CloseInput.PeerFrame(frame), output, now)
                    : Break(violation!, output, now));
                return true;
        }
    }
}
