using Cierre.Protocol;

namespace Cierre.TestKit;

/// <summary>What a peer's bytes must cause in an engine that does nothing by itself.</summary>
/// <param name="Failed">The code that the connection is failed with; 0: it is not.</param>
/// <param name="Policy">The code of an ordinary close that a limit began; 0: none.</param>
/// <param name="Close">The peer's first valid close frame that counts; null: none.</param>
internal sealed record Reading(List<DeliveredMessage> Messages, List<byte[]> Pings, int Failed, int Policy, CloseFrame? Close)
{
    /// <summary>docs/closing.md.</summary>
    public int Code => Close?.Code ?? CloseCodes.AbnormalClosure;

    /// <summary>The code of the close frame that we sent; 0: none.</summary>
    public int Sent => Policy != 0 ? Policy : Failed != 0 ? Failed : Close?.Code ?? 0;
}

/// <summary>Reads a whole byte stream at once, slowly and plainly, rule by rule as RFC 6455 5-8 and docs/closing.md say: the oracle for the engine.</summary>
internal static class ReferenceReader
{
    public static Reading Read(ReadOnlySpan<byte> bytes, Side reader, ProtocolLimits limits)
    {
        List<DeliveredMessage> messages = [];
        List<byte[]> pings = [];
        int policy = 0;
        bool inside = false;
        WebSocketOpcode kind = WebSocketOpcode.Text;
        List<byte> message = [];
        int fragments = 0;
        int at = 0;

        Reading Done(int failed = 0, CloseFrame? close = null) => new(messages, pings, failed, policy, close);

        while (at < bytes.Length)
        {
            // The header, rule by rule, each at the byte that tells.
            int first = bytes[at];
            int opcode = first & 0xF;
            bool fin = first >= 0x80;
            bool control = opcode >= 8;
            if ((first & 0x70) != 0) return Done(1002);
            if (opcode is > 2 and < 8 or > 10) return Done(1002);
            if (control && !fin) return Done(1002);
            if (opcode == 0 && !inside) return Done(1002);
            if (opcode is 1 or 2 && inside) return Done(1002);
            if (at + 1 == bytes.Length) return Done();
            bool masked = bytes[at + 1] >= 0x80;
            if (masked != (reader == Side.Server)) return Done(1002);
            int length7 = bytes[at + 1] & 0x7F;
            if (control && length7 > 125) return Done(1002);
            at += 2;
            int wide = length7 == 127 ? 8 : length7 == 126 ? 2 : 0;
            if (bytes.Length - at < wide) return Done();
            ulong length = wide == 0 ? (ulong)length7 : 0;
            for (int i = 0; i < wide; i++) length = (length << 8) | bytes[at + i];
            at += wide;
            if (length > long.MaxValue) return Done(1002);
            if (wide == 2 && length < 126) return Done(1002);
            if (wide == 8 && length < 65536) return Done(1002);
            if (!control && (opcode == 0 ? (ulong)message.Count : 0) + length > (ulong)limits.MaxMessageSize) return Done(1009);
            ReadOnlySpan<byte> key = [0, 0, 0, 0];
            if (masked)
            {
                if (bytes.Length - at < 4) return Done();
                key = bytes.Slice(at, 4);
                at += 4;
            }

            // The payload, as far as it came.
            byte[] payload = bytes.Slice(at, (int)Math.Min(length, (ulong)(bytes.Length - at))).ToArray();
            for (int i = 0; i < payload.Length; i++) payload[i] ^= key[i % 4];
            at += payload.Length;
            bool whole = (ulong)payload.Length == length;

            if (control)
            {
                if (!whole) return Done();
                if (opcode == 9) pings.Add(payload);
                if (opcode != 8) continue;
                if (payload.Length == 0) return Done(close: CloseFrame.Empty);
                if (payload.Length == 1) return Done(1002);
                int code = (payload[0] << 8) | payload[1];
                if (code is not (>= 1000 and <= 1003 or >= 1007 and <= 1014 or >= 3000 and <= 4999)) return Done(1002);
                if (!ReferenceUtf8.CanBecomeUtf8(payload.AsSpan(2), out bool ended) || (payload.Length > 2 && !ended)) return Done(1007);
                return Done(close: new CloseFrame((ushort)code, System.Text.Encoding.UTF8.GetString(payload.AsSpan(2))));
            }

            if (opcode != 0)
            {
                kind = (WebSocketOpcode)opcode;
                message = [];
                fragments = 0;
            }

            inside = !fin;
            if (opcode != 0 && limits.AcceptedKind is { } only && only != kind && policy == 0) policy = 1003;
            if (++fragments > limits.MaxFragments && policy == 0) policy = 1008;
            message.AddRange(payload);
            if (kind == WebSocketOpcode.Text)
            {
                byte[] soFar = [.. message];
                if (!ReferenceUtf8.CanBecomeUtf8(soFar, out bool ended)) return Done(1007);
                if (whole && fin && !ended && soFar.Length != 0) return Done(1007);
            }

            if (!whole) return Done();
            if (fin && policy == 0) messages.Add(new DeliveredMessage(kind, [.. message]));
        }

        return Done();
    }
}
