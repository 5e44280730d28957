using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>The peer breaks a rule of RFC 6455: the exception, the state, and what the peer is told.</summary>
public sealed class ViolationTests : ContractSuite<ViolationTests>, IContractCases
{
    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        .. ((int[])[3, 7, 11, 15]).Select(opcode => Broken($"opcode {opcode}", t => t.Frame(opcode, "x"))),
        Broken("RSV1 without an extension", t => t.Frame(1, "x", rsv: 4)),
        Broken("RSV2", t => t.Frame(1, "x", rsv: 2)),
        Broken("RSV3", t => t.Frame(2, "x", rsv: 1)),
        Broken("RSV1 of a ping", t => t.Frame(9, "x", rsv: 4)),
        Broken("RSV1 of a close frame", t => t.Frame(8, RawFrame.CloseBody(1000), rsv: 4)),
        Broken("a frame masked the wrong way", t => RawPeer.Frame(1, "hello"u8, fin: true, rsv: 0, mask: !t.Peer.IsClient)),
        Broken("a ping masked the wrong way", t => RawPeer.Frame(9, "hello"u8, fin: true, rsv: 0, mask: !t.Peer.IsClient)),
        Broken("a close frame masked the wrong way", t => RawPeer.Frame(8, RawFrame.CloseBody(1000, "hello"u8), fin: true, rsv: 0, mask: !t.Peer.IsClient)),
        Broken("a length of 64 bits with the highest bit set", t => Header(t, 2, long.MinValue)),
        Broken("a ping of 126 bytes", t => t.Frame(9, new byte[126])),
        Broken("a ping in fragments", t => t.Frame(9, "x", fin: false)),
        Broken("a pong in fragments", t => t.Frame(10, "x", fin: false)),
        Broken("a close frame of 126 bytes", t => t.Frame(8, RawFrame.CloseBody(1000, new byte[124]))),
        Broken("a close frame in fragments", t => t.Frame(8, RawFrame.CloseBody(1000), fin: false)),
        Broken("a continuation of nothing", t => t.Frame(0, "x")),
        Broken("a continuation of nothing that is no end", t => t.Frame(0, "x", fin: false)),
        Broken("UTF-8 that is wrong", t => t.Frame(1, [0xC0, 0xAF]), answer: 1007),
        Broken("UTF-8 that is a surrogate", t => t.Frame(1, [0xED, 0xA0, 0x80]), answer: 1007),
        Broken("UTF-8 that ends inside a character", t => t.Frame(1, [(byte)'a', 0xE2, 0x82]), answer: 1007),
        Broken("UTF-8 above U+10FFFF", t => t.Frame(1, [0xF4, 0x90, 0x80, 0x80]), answer: 1007),
        Broken("a close body of one byte", t => t.Frame(8, [3]), state: WebSocketState.Closed),
        Broken(
            "a close reason that is not UTF-8",
            t => t.Frame(8, RawFrame.CloseBody(1000, 0xC0, 0xAF)),
            state: WebSocketState.Closed,
            ours: Difference.InvalidReason),
        Broken("the close code 1005", t => t.Frame(8, RawFrame.CloseBody(1005)), state: WebSocketState.Closed),
        Broken("the close code 1006", t => t.Frame(8, RawFrame.CloseBody(1006)), state: WebSocketState.Closed),
        Broken("the close code 999", t => t.Frame(8, RawFrame.CloseBody(999)), state: WebSocketState.Closed),
        new("a continuation behind a whole message", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one"), t.Frame(0, "x"));
            await t.ReceiveAsync();
            await ReceiveAsync(t);
        }, """
            receive: Text 'one' end | Open
            receive: WebSocketException Faulted | Aborted
            properties: Aborted, no status null, protocol null
            receive: WebSocketException InvalidState | Aborted
            send: WebSocketException InvalidState | Aborted
            dispose: done | Aborted
            peer: Close 1002 ''
            peer: end
            """) { AbortsBehindCloseFrame = true, Ours = Difference.Violation },
        new("a new text inside a message", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one", fin: false), t.Frame(1, "x"));
            await t.ReceiveAsync();
            await ReceiveAsync(t);
        }, """
            receive: Text 'one' more | Open
            receive: WebSocketException Faulted | Aborted
            properties: Aborted, no status null, protocol null
            receive: WebSocketException InvalidState | Aborted
            send: WebSocketException InvalidState | Aborted
            dispose: done | Aborted
            peer: Close 1002 ''
            peer: end
            """) { AbortsBehindCloseFrame = true, Ours = Difference.Violation },
        new("a new binary inside a text", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one", fin: false), t.Frame(2, "x"));
            await t.ReceiveAsync();
            await ReceiveAsync(t);
        }, """
            receive: Text 'one' more | Open
            receive: WebSocketException Faulted | Aborted
            properties: Aborted, no status null, protocol null
            receive: WebSocketException InvalidState | Aborted
            send: WebSocketException InvalidState | Aborted
            dispose: done | Aborted
            peer: Close 1002 ''
            peer: end
            """) { AbortsBehindCloseFrame = true, Ours = Difference.Violation },
        new("UTF-8 that is wrong in the second fragment", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, [0xE2, 0x82], fin: false), t.Frame(0, [0x41]));
            await t.ReceiveAsync();
            await ReceiveAsync(t);
        }, """
            receive: Text E282 more | Open
            receive: WebSocketException Faulted | Aborted
            properties: Aborted, no status null, protocol null
            receive: WebSocketException InvalidState | Aborted
            send: WebSocketException InvalidState | Aborted
            dispose: done | Aborted
            peer: Close 1007 ''
            peer: end
            """) { AbortsBehindCloseFrame = true, Ours = Difference.Violation },
        new("UTF-8 that is wrong behind what a small buffer takes", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, [(byte)'a', (byte)'b', 0xFF]));
            await t.ReceiveAsync(2);
            await t.ReceiveAsync(2);
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            receive: Text 'ab' more | Open
            receive: WebSocketException Faulted | Aborted
            dispose: done | Aborted
            peer: Close 1007 ''
            peer: end
            """) { AbortsBehindCloseFrame = true, Ours = Difference.Of("violation", """
            receive: WebSocketException Faulted | Aborted
            receive: WebSocketException InvalidState | Aborted
            dispose: done | Aborted
            peer: Close 1007 in words
            peer: end
            """) },
        new("a message before the violation is delivered", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one"), t.Frame(2, "two"), t.Frame(3, "x"));
            await t.ReceiveAsync();
            await t.ReceiveAsync();
            await ReceiveAsync(t);
        }, """
            receive: Text 'one' end | Open
            receive: Binary 'two' end | Open
            receive: WebSocketException Faulted | Aborted
            properties: Aborted, no status null, protocol null
            receive: WebSocketException InvalidState | Aborted
            send: WebSocketException InvalidState | Aborted
            dispose: done | Aborted
            peer: Close 1002 ''
            peer: end
            """) { AbortsBehindCloseFrame = true, Ours = Difference.Violation },
        new("a length of 16 bits for 5 bytes is taken", async t =>
        {
            byte[] whole = t.Frame(1, "hello");
            await t.PeerSendsAsync([whole[0], (byte)((whole[1] & 0x80) | 126), 0, 5, .. whole.AsSpan(2)]);
            await t.ReceiveAsync();
        }, "receive: Text 'hello' end | Open") { Ours = Difference.Of("violation", "receive: WebSocketException Faulted | Aborted") },
        new("a length of 64 bits for 5 bytes is taken", async t =>
        {
            await t.Peer.SendAsync(RawPeer.Frame(1, "hello"u8, fin: true, rsv: 0, mask: t.Peer.IsClient, longForm: true));
            await t.ReceiveAsync();
        }, "receive: Text 'hello' end | Open") { Ours = Difference.Of("violation", "receive: WebSocketException Faulted | Aborted") },
        new("a length of 2 GiB is taken: what has come is delivered", async t =>
        {
            await t.PeerSendsAsync(Header(t, 2, int.MaxValue + 10L), new byte[1000]);
            await t.ReceiveAsync(100);
            t.State();
        }, """
            receive: Binary 100 bytes more | Open
            state: Open
            """),
        new("a violation during a zero-byte receive", async t =>
        {
            Trial.Running receive = t.BeginReceive(0);
            await t.PeerSendsAsync(t.Frame(3, "x"));
            await t.EndAsync(receive);
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            receive: WebSocketException Faulted | Aborted
            dispose: done | Aborted
            peer: Close 1002 ''
            peer: end
            """) { AbortsBehindCloseFrame = true, Ours = Difference.Violation },
        new("a violation in CloseSent", async t =>
        {
            await t.CloseOutputAsync();
            await t.PeerSendsAsync(t.Frame(3, "x"));
            await t.ReceiveAsync();
            t.Properties();
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            close output: done | CloseSent
            receive: WebSocketException Faulted | Aborted
            properties: Aborted, no status null, protocol null
            dispose: done | Aborted
            peer: Close 1000 'mine'
            peer: end
            """) { AbortsBehindCloseFrame = true },
        new("a violation is known only when it is received", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one"), t.Frame(3, "x"));
            await t.ReceiveAsync();
            await t.SendAsync("still open");
            await t.PeerReadsAsync();
        }, """
            receive: Text 'one' end | Open
            send: done | Open
            peer: Text 'still open'
            """),
    ];

    private static ContractCase Broken(
        string what,
        Func<Trial, byte[]> bytes,
        int answer = 1002,
        WebSocketState state = WebSocketState.Aborted,
        Difference? ours = null) => new(what, async t =>
    {
        await t.PeerSendsAsync(bytes(t));
        await ReceiveAsync(t);
    }, $"""
        receive: WebSocketException Faulted | {state}
        properties: {state}, no status null, protocol null
        receive: WebSocketException InvalidState | {state}
        send: WebSocketException InvalidState | {state}
        dispose: done | {state}
        peer: Close {answer} ''
        peer: end
        """) { AbortsBehindCloseFrame = state is WebSocketState.Aborted, Ours = ours ?? Difference.Violation };

    private static async Task ReceiveAsync(Trial t)
    {
        await t.ReceiveAsync();
        t.Properties();
        await t.ReceiveAsync();
        await t.SendAsync("late");
        t.DisposeAndLeave();
        await t.PeerReadsToEndAsync();
    }

    /// <summary>A header alone, with a length of 64 bits.</summary>
    private static byte[] Header(Trial t, int opcode, long length) =>
        RawPeer.Frame(opcode, [], fin: true, rsv: 0, t.Peer.IsClient, claimed: length, longForm: true);
}
