using System.Diagnostics;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>A server that breaks the protocol gets the right code and reason, at once, however its bytes come.</summary>
public sealed class ClientViolationTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(100);

    public static TheoryData<string, string, int, CloseCause, string> Violations => new()
    {
        { "RSV1 without an extension", "C1 01 61", 1002, CloseCause.ProtocolViolation, "RSV1" },
        { "RSV2", "A1 01 61", 1002, CloseCause.ProtocolViolation, "RSV2" },
        { "RSV3", "91 01 61", 1002, CloseCause.ProtocolViolation, "RSV3" },
        { "RSV1 on a control frame", "C9 00", 1002, CloseCause.ProtocolViolation, "RSV1" },
        { "RSV1 on a continuation", "01 01 61 C0 01 61", 1002, CloseCause.ProtocolViolation, "RSV1" },
        { "reserved opcode 3", "83 00", 1002, CloseCause.ProtocolViolation, "3" },
        { "reserved opcode 7", "87 00", 1002, CloseCause.ProtocolViolation, "7" },
        { "reserved opcode 11", "8B 00", 1002, CloseCause.ProtocolViolation, "11" },
        { "reserved opcode 15", "8F 00", 1002, CloseCause.ProtocolViolation, "15" },
        { "ping over 125 bytes", "89 7E 00 7E", 1002, CloseCause.ProtocolViolation, "125" },
        { "fragmented ping", "09 00", 1002, CloseCause.ProtocolViolation, "fragment" },
        { "fragmented close", "08 00", 1002, CloseCause.ProtocolViolation, "fragment" },
        { "continuation without a start", "80 01 61", 1002, CloseCause.ProtocolViolation, "continuation" },
        { "new message inside a message", "01 01 61 81 01 61", 1002, CloseCause.ProtocolViolation, "message" },
        { "length with the top bit set", "82 7F 80 00 00 00 00 00 00 00", 1002, CloseCause.ProtocolViolation, "length" },
        { "16-bit length that fits 7 bits", "82 7E 00 7D", 1002, CloseCause.ProtocolViolation, "125" },
        { "64-bit length that fits 16 bits", "82 7F 00 00 00 00 00 00 FF FF", 1002, CloseCause.ProtocolViolation, "65535" },
        { "masked frame", "81 81 00 00 00 00 61", 1002, CloseCause.ProtocolViolation, "mask" },
        { "close body of one byte", "88 01 03", 1002, CloseCause.ProtocolViolation, "1 byte" },
        { "close code 1005", "88 02 03 ED", 1002, CloseCause.ProtocolViolation, "1005" },
        { "close code 1006", "88 02 03 EE", 1002, CloseCause.ProtocolViolation, "1006" },
        { "close code 999", "88 02 03 E7", 1002, CloseCause.ProtocolViolation, "999" },
        { "close code 1016", "88 02 03 F8", 1002, CloseCause.ProtocolViolation, "1016" },
        { "close code 2999", "88 02 0B B7", 1002, CloseCause.ProtocolViolation, "2999" },
        { "close code 5000", "88 02 13 88", 1002, CloseCause.ProtocolViolation, "5000" },
        { "text that is not UTF-8", "81 02 61 FF", 1007, CloseCause.InvalidData, "0xFF" },
        { "text that ends inside a code point", "81 01 C3", 1007, CloseCause.InvalidData, "" },
        { "text that breaks inside a frame that is not whole", "81 7D 61 FF", 1007, CloseCause.InvalidData, "0xFF" },
        { "close reason that is not UTF-8", "88 03 03 E8 FF", 1007, CloseCause.InvalidData, "0xFF" },
        { "message declared too big", "82 7F 00 00 00 00 00 10 00 01", 1009, CloseCause.MessageTooBig, "1048577" },
        { "message of 2^62 bytes", "82 7F 40 00 00 00 00 00 00 00", 1009, CloseCause.MessageTooBig, "4611686018427387904" },
    };

    [Theory]
    [MemberData(nameof(Violations))]
    public async Task Server_that_breaks_a_rule_gets_the_code_and_the_reason_at_once(string name, string hex, int code, CloseCause cause, string named)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        foreach (bool oneByOne in (bool[])[false, true])
        {
            // A machine that is busy with other tests may be late once.
            for (int attempt = 1; ; attempt++)
            {
                (RawFrame close, CloseRecord record, TimeSpan took) = await Violate(bytes, oneByOne);
                Assert.Equal((8, code), (close.Opcode, close.CloseCode));
                Assert.Contains(named, close.CloseReason, StringComparison.OrdinalIgnoreCase);
                Assert.NotEmpty(close.CloseReason);
                Assert.Equal((1006, false, EndedBy.Local, cause), (record.Code, record.WasClean, record.EndedBy, record.Cause));
                Assert.Equal((code, close.CloseReason), (record.Sent!.Code, record.Sent.Reason));
                Assert.Null(record.Received);
                if (took <= AtOnce) break;
                Assert.True(attempt < 5, $"{name}: the close frame took {took.TotalMilliseconds} ms");
            }
        }
    }

    [Fact]
    public async Task Too_many_fragments_are_closed_in_the_ordinary_way()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendAsync(Convert.FromHexString("010161" + "000161" + "000161"));
            RawFrame close = await peer.ReadFrameAsync();
            Assert.Equal(1008, close.CloseCode);
            await peer.SendCloseAsync(1008);
        });
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, o => o.MaxFragments = 2);
        CloseRecord record = await connection.Closed.WaitAsync(ClientRig.Bound);
        Assert.Equal((1008, true, CloseCause.PolicyViolation, EndedBy.Local), (record.Code, record.WasClean, record.Cause, record.EndedBy));
        await server.ScriptsAsync();
    }

    [Fact]
    public async Task Server_that_sends_on_after_a_violation_still_gets_the_close_frame_and_no_reset()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendAsync(Convert.FromHexString("8300"));
            for (int i = 0; i < 16; i++) await peer.SendAsync(new byte[64 * 1024]);
            Assert.Equal(1002, (await peer.ReadFrameAsync()).CloseCode);
            Assert.Equal(RawEnd.Fin, (await peer.ReadToEndAsync()).End);
        });
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url);
        Assert.Equal(1006, (await connection.Closed.WaitAsync(ClientRig.Bound)).Code);
        await server.ScriptsAsync();
    }

    private static async Task<(RawFrame Close, CloseRecord Record, TimeSpan Took)> Violate(byte[] bytes, bool oneByOne)
    {
        var answer = new TaskCompletionSource<(RawFrame, TimeSpan)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = RawServer.Start(async peer =>
        {
            if (oneByOne)
            {
                foreach (byte b in bytes[..^1]) await peer.SendAsync((byte[])[b]);
            }
            else
            {
                await peer.SendAsync(bytes.AsMemory(0, bytes.Length - 1));
            }

            long sent = Stopwatch.GetTimestamp();
            await peer.SendAsync(bytes.AsMemory(bytes.Length - 1));
            RawFrame close = await peer.ReadFrameAsync();
            answer.SetResult((close, Stopwatch.GetElapsedTime(sent)));
            // The client shuts its side, and waits for ours.
            Assert.Empty((await peer.ReadToEndAsync()).Bytes);
        });
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url);
        (RawFrame close, TimeSpan took) = await answer.Task.WaitAsync(ClientRig.Bound);
        CloseRecord record = await connection.Closed.WaitAsync(ClientRig.Bound);
        return (close, record, took);
    }
}
