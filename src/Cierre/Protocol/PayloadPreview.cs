using System.Buffers;
using System.Text;

namespace Cierre.Protocol;

/// <summary>Bytes of a peer's payload, made fit to be shown.</summary>
internal static class PayloadPreview
{
    /// <param name="payload">How the payload begins.</param>
    /// <param name="opcode">The frame's. That of a fragment after the first does not tell whether it is text, nor does that of a control frame: they are where
    /// they read as text.</param>
    /// <param name="compressed">It is DEFLATE data.</param>
    /// <param name="cut">There is more of it.</param>
    public static string Of(ReadOnlySpan<byte> payload, WebSocketOpcode opcode, bool compressed, bool cut)
    {
        string? text = compressed || opcode == WebSocketOpcode.Binary ? null : TextOf(payload, cut, strict: opcode != WebSocketOpcode.Text);
        return (text is null ? Convert.ToHexStringLower(payload) : UntrustedText.Quote(text, maxLength: null)) + (cut ? "…" : "");
    }

    /// <summary>Null: it is no text. A code point that the cut went through is left out.</summary>
    private static string? TextOf(ReadOnlySpan<byte> payload, bool cut, bool strict)
    {
        var text = new StringBuilder(payload.Length);
        while (!payload.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(payload, out Rune rune, out int consumed);
            if (status == OperationStatus.NeedMoreData && cut) break;
            if (strict && (status != OperationStatus.Done || Rune.IsControl(rune))) return null;
            text.Append(rune.ToString());
            payload = payload[consumed..];
        }

        return text.ToString();
    }
}
