using System.Globalization;
using Cierre.Closing;
using Cierre.Protocol;

namespace Cierre;

/// <summary>Shows one frame as it passed: what its header said and, where that was asked for, how its payload begins. RFC 6455 5.2.</summary>
/// <remarks>A received frame is seen when its header and the start of its payload have come; one of ours when it is handed to the transport, which may still
/// lose it.</remarks>
public sealed class WebSocketTraceFrame : WebSocketTraceEvent
{
    private readonly ObservedFrame _frame;

    internal WebSocketTraceFrame(TimeSpan time, in ObservedFrame frame, ReadOnlyMemory<byte> payload = default)
        : base(time) => (_frame, Payload) = (frame, payload);

    /// <summary>Whether the peer sent it; otherwise we did.</summary>
    public bool IsReceived => _frame.Received;

    /// <summary>What it is.</summary>
    public WebSocketOpcode Opcode => _frame.Opcode;

    /// <summary>The word for <see cref="Opcode"/>, in English: continuation, text, binary, close, ping, pong, or reserved.</summary>
    public string OpcodeName => Opcode.Word();

    /// <summary>FIN: it is the last frame of its message.</summary>
    public bool IsFinal => _frame.Fin;

    /// <summary>The reserved bits, 0-7: RSV1 is 4, RSV2 is 2, RSV3 is 1.</summary>
    public int ReservedBits => _frame.Rsv;

    /// <summary>Whether the payload was masked on the wire; null where the frame was refused before that was known. RFC 6455 5.3.</summary>
    public bool? IsMasked => _frame.Masked;

    /// <summary>The length of the whole payload on the wire, in bytes; null where the frame was refused before that was known, and where it is over
    /// 2^63-1.</summary>
    public long? Length => _frame.Length;

    /// <summary>Whether it belongs to a compressed message: <see cref="Payload"/> is then DEFLATE data, as on the wire. RFC 7692.</summary>
    public bool IsCompressed => _frame.Compressed;

    /// <summary>Whether its header broke a rule, or announced what one forbids; the <see cref="WebSocketTraceViolation"/> that follows names the
    /// rule.</summary>
    public bool IsRefused => _frame.Refused;

    /// <summary>The start of the payload, unmasked, at most as much as <see cref="WebSocketTraceOptions.PayloadBytes"/> asked for; of a close frame always the
    /// whole. Untrusted bytes.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>What a close frame says; null for another frame, and for a close frame that breaks a rule.</summary>
    public CloseFrame? CloseFrame =>
        Opcode == WebSocketOpcode.Close && !IsRefused && CloseFrame.TryParse(Payload.Span, out CloseFrame frame, out _) ? frame : null;

    /// <summary>The start of the payload for people: text quoted and escaped, anything else as hexadecimal digits; an ellipsis stands for the rest. Null where
    /// there is nothing to show.</summary>
    public string? PayloadPreview => Payload.IsEmpty || Opcode == WebSocketOpcode.Close
        ? null
        : Protocol.PayloadPreview.Of(Payload.Span, Opcode, IsCompressed, cut: Payload.Length < Length);

    private protected override string In(CultureInfo culture)
    {
        List<string> parts = [Opcode.IsReserved()
            ? Texts.Format(culture, "FrameReserved", (int)Opcode)
            : Texts.Format(culture, "FrameSeen", Texts.Get(culture, "Opcode_" + OpcodeName))];
        if (CloseFrame is { IsEmpty: false } close)
        {
            parts.Add(close.Reason.Length == 0
                ? close.Code.ToString(CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{close.Code} {UntrustedText.Quote(close.Reason)}"));
        }
        else if (Length is { } length)
        {
            parts.Add(CloseDetail.Bytes(length).In(culture));
        }

        if (!Opcode.IsControl() && IsFinal == (Opcode == WebSocketOpcode.Continuation)) parts.Add(Texts.Get(culture, IsFinal ? "FrameLast" : "FrameFirst"));
        if (IsCompressed) parts.Add(Texts.Get(culture, "FrameCompressed"));
        for (int bit = 1; bit <= 3; bit++)
        {
            if ((ReservedBits & (8 >> bit)) != 0 && !(bit == 1 && IsCompressed)) parts.Add(string.Create(CultureInfo.InvariantCulture, $"RSV{bit}"));
        }

        if (IsRefused) parts.Add(Texts.Get(culture, "FrameRefused"));
        return string.Join(", ", parts);
    }
}
