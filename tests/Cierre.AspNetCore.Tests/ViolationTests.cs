using Cierre.TestKit;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Each way to break the protocol, by a peer made of bytes: the right code and reason, at once, however the bytes are cut.</summary>
public class ViolationTests
{
    /// <summary>The name of the rule, the bytes that break it, the code and the reason.</summary>
    private static readonly (string Rule, byte[] Bytes, int Code, string Reason)[] Table =
    [
        ("RSV1", Frame(1, "x"u8, rsv: 4), 1002, "RSV1 set, but no extension that uses it was negotiated"),
        ("RSV2", Frame(2, "x"u8, rsv: 2), 1002, "RSV2 set, but no extension that uses it was negotiated"),
        ("RSV3", Frame(1, "x"u8, rsv: 1), 1002, "RSV3 set, but no extension that uses it was negotiated"),
        ("RSV1 on a control frame", Frame(9, "x"u8, rsv: 4), 1002, "RSV1 set on a ping frame"),
        ("RSV1 on a continuation", [.. Frame(1, "x"u8, fin: false), .. Frame(0, "x"u8, rsv: 4)], 1002, "RSV1 set on a continuation frame"),
        .. from opcode in (int[])[3, 4, 5, 6, 7, 11, 12, 13, 14, 15] select ($"opcode {opcode}", Frame(opcode, ""u8), 1002, $"opcode {opcode} is reserved"),
        ("ping over 125 bytes", Frame(9, new byte[126]), 1002, "ping frame is over the limit of 125 bytes for control frames"),
        ("pong over 125 bytes", Frame(10, new byte[70_000]), 1002, "pong frame is over the limit of 125 bytes for control frames"),
        ("close over 125 bytes", Frame(8, [3, 232, .. new byte[200]]), 1002, "close frame is over the limit of 125 bytes for control frames"),
        ("fragmented ping", Frame(9, "x"u8, fin: false), 1002, "ping frame is fragmented, a control frame never is"),
        ("fragmented close", Frame(8, [3, 232], fin: false), 1002, "close frame is fragmented, a control frame never is"),
        ("continuation without a start", Frame(0, "x"u8), 1002, "continuation frame without a message to continue"),
        ("text inside a message", [.. Frame(2, "x"u8, fin: false), .. Frame(1, "x"u8)], 1002, "text frame inside a fragmented message"),
        ("binary inside a message", [.. Frame(1, "x"u8, fin: false), .. Frame(2, "x"u8)], 1002, "binary frame inside a fragmented message"),
        ("top bit of the length", [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1], 1002, "top bit of a 64-bit length is set"),
        ("16 bits for 125", [0x82, 0xFE, 0, 125], 1002, "length 125 is encoded in 16 bits, but fits fewer"),
        ("64 bits for 65535", [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 1002, "length 65535 is encoded in 64 bits, but fits fewer"),
        ("not masked", RawPeer.Frame(1, "hello"u8, fin: true, rsv: 0, mask: false), 1002, "frame from a client is not masked"),
        ("close body of 1 byte", Frame(8, [3]), 1002, "close frame with a body of 1 byte"),
        .. from code in (int[])[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]
           select ($"close code {code}", Frame(8, [(byte)(code >> 8), (byte)code]), 1002, $"close code {code} must not be sent"),
        ("text not UTF-8", Frame(1, [.. "ab"u8, 0xFF, .. "cd"u8]), 1007, "text is not UTF-8: byte 0xFF at offset 2"),
        ("text not UTF-8 inside an unfinished frame", Frame(1, [.. "ab"u8, 0xC0, .. new byte[1000]])[..20], 1007, "text is not UTF-8: byte 0xC0 at offset 2"),
        ("text not UTF-8 in its second fragment", [.. Frame(1, [0xE2, 0x82], fin: false), .. Frame(0, [0x41])], 1007, "text is not UTF-8: byte 0xE2 at offset 0"),
        ("text ends inside a code point", Frame(1, [.. "ab"u8, 0xE2, 0x82]), 1007, "text is not UTF-8: it ends inside a code point after 4 bytes"),
        ("surrogate in a text", Frame(1, [0xED, 0xA0, 0x80]), 1007, "text is not UTF-8: byte 0xED at offset 0"),
        ("close reason not UTF-8", Frame(8, [3, 232, 0x61, 0xFE]), 1007, "close reason is not UTF-8: byte 0xFE at offset 1"),
        ("message declared too big", [0x82, 0xFF, 0, 0, 0, 0, 0, 0x10, 0, 1], 1009, "message of 1048577 bytes is over the limit of 1048576"),
        ("message too big with its second fragment", [.. Frame(2, "x"u8, fin: false), 0x80, 0xFF, 0, 0, 0, 0, 0, 0x10, 0, 0], 1009, "message of 1048577 bytes is over the limit of 1048576"),
    ];

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Each_violation_gets_its_code_and_reason_within_100_ms(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        foreach (bool split in (bool[])[false, true])
        {
            foreach ((string rule, byte[] bytes, int code, string reason) in Table)
            {
                if (split && bytes.Length > 1000) continue;
                // On a busy machine one try may be late; a server that waits for something is late each time.
                TimeSpan took = TimeSpan.MaxValue;
                for (int i = 0; i < 5 && took > TimeSpan.FromMilliseconds(100); i++) took = await ProvokeAsync(server, rule, bytes, split, code, reason);
                Assert.True(took <= TimeSpan.FromMilliseconds(100), $"{rule}: {took.TotalMilliseconds} ms");
            }
        }
    }

    private static async Task<TimeSpan> ProvokeAsync(TestServer server, string rule, byte[] bytes, bool split, int code, string reason)
    {
        await using RawPeer peer = await server.RawAsync();
        long begun = TimeProvider.System.GetTimestamp();
        if (!split) await peer.SendAsync(bytes);
        for (int i = 0; split && i < bytes.Length; i++)
        {
            begun = TimeProvider.System.GetTimestamp();
            await peer.SendAsync(bytes.AsMemory(i, 1));
        }

        RawFrame frame = await peer.ReadFrameAsync();
        TimeSpan took = TimeProvider.System.GetElapsedTime(begun);
        Assert.Equal((rule, 8, code, reason), (rule, frame.Opcode, frame.CloseCode, frame.CloseReason));
        (byte[] rest, RawEnd end) = await peer.ReadToEndAsync();
        Assert.Equal((rule, 0, RawEnd.Fin), (rule, rest.Length, end));
        await peer.DisposeAsync();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((rule, 1006, false, code, reason, (CloseFrame?)null, EndedBy.Local), (rule, record.Code, record.WasClean, record.Sent!.Code, record.Sent.Reason, record.Received, record.EndedBy));
        Assert.Equal(code switch { 1007 => CloseCause.InvalidData, 1009 => CloseCause.MessageTooBig, _ => CloseCause.ProtocolViolation }, record.Cause);
        return took;
    }

    private static byte[] Frame(int opcode, ReadOnlySpan<byte> payload, bool fin = true, int rsv = 0) => RawPeer.Frame(opcode, payload, fin, rsv, mask: true);
}
