using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>Sending: every overload, pieces, borders, several at once, and what a full connection does.</summary>
public sealed class SendTests : ContractSuite<SendTests>, IContractCases
{
    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        new("text of an array segment, and nothing beside it", async t =>
        {
            byte[] array = "..hello.."u8.ToArray();
            await t.DoAsync("send", () => t.Socket.SendAsync(new ArraySegment<byte>(array, 2, 5), WebSocketMessageType.Text, true, CancellationToken.None));
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            peer: Text 'hello'
            """),
        new("text of memory", async t =>
        {
            await t.SendAsync("hello");
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            peer: Text 'hello'
            """),
        new("binary of memory", async t =>
        {
            byte[] bytes = [0, 255, 128];
            await t.SendBytesAsync(bytes, WebSocketMessageType.Binary);
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            peer: Binary 00FF80
            """),
        new("memory with flags: the end", async t =>
        {
            await t.SendFlagsAsync("hello", WebSocketMessageFlags.EndOfMessage);
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            peer: Text 'hello'
            """),
        new("memory with flags: none is not the end", async t =>
        {
            await t.SendFlagsAsync("one", WebSocketMessageFlags.None);
            await t.SendFlagsAsync("two", WebSocketMessageFlags.EndOfMessage);
            await t.PeerReadsAsync();
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            send: done | Open
            peer: Text 'one' more
            peer: Continuation 'two'
            """),
        new("DisableCompression means nothing where nothing compresses", async t =>
        {
            await t.SendFlagsAsync("hello", WebSocketMessageFlags.EndOfMessage | WebSocketMessageFlags.DisableCompression);
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            peer: Text 'hello'
            """),
        new("a flag that does not exist", async t =>
        {
            await t.SendFlagsAsync("hello", (WebSocketMessageFlags)9);
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            peer: Text 'hello'
            """),
        new("pieces become fragments: the first with the type, the others continue", async t =>
        {
            await t.SendAsync("one", end: false);
            await t.SendAsync("two", end: false);
            await t.SendAsync("three");
            await t.PeerReadsPiecesAsync();
        }, """
            send: done | Open
            send: done | Open
            send: done | Open
            peer: Text 'one' more
            peer: Continuation 'two' more
            peer: Continuation 'three'
            """),
        new("an empty last piece ends the message", async t =>
        {
            await t.SendAsync("one", end: false);
            await t.SendAsync("");
            await t.PeerReadsPiecesAsync();
        }, """
            send: done | Open
            send: done | Open
            peer: Text 'one' more
            peer: Continuation ''
            """),
        new("an empty first piece begins the message", async t =>
        {
            await t.SendAsync("", end: false);
            await t.SendAsync("one");
            await t.PeerReadsPiecesAsync();
        }, """
            send: done | Open
            send: done | Open
            peer: Text '' more
            peer: Continuation 'one'
            """),
        new("a message of no bytes", async t =>
        {
            await t.SendAsync("");
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            peer: Text ''
            """),
        new("memory that is default is a message of no bytes", async t =>
        {
            await t.SendBytesAsync(default, WebSocketMessageType.Binary);
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            peer: Binary ''
            """),
        new("an empty array segment is a message of no bytes", async t =>
        {
            await t.DoAsync("send", () => t.Socket.SendAsync(ArraySegment<byte>.Empty, WebSocketMessageType.Binary, true, CancellationToken.None));
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            peer: Binary ''
            """),
        new("another type in the middle of a message: the first one counts", async t =>
        {
            await t.SendAsync("one", end: false);
            await t.SendAsync("two", type: WebSocketMessageType.Binary);
            await t.PeerReadsPiecesAsync();
            await t.SendAsync("next", type: WebSocketMessageType.Binary);
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            send: done | Open
            peer: Text 'one' more
            peer: Continuation 'two'
            send: done | Open
            peer: Binary 'next'
            """),
        new("a message may be cut between the bytes of a character", async t =>
        {
            await t.SendBytesAsync(new byte[] { 0xE2, 0x82 }, WebSocketMessageType.Text, end: false);
            await t.SendBytesAsync(new byte[] { 0xAC }, WebSocketMessageType.Text);
            await t.PeerReadsPiecesAsync();
        }, """
            send: done | Open
            send: done | Open
            peer: Text E282 more
            peer: Continuation AC
            """),
        new("text that is not UTF-8 is sent as it is", async t =>
        {
            await t.SendBytesAsync(new byte[] { 0xC0, 0xFF }, WebSocketMessageType.Text);
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            peer: Text C0FF
            """),
        new("messages of 125, 126, 65535 and 65536 bytes", async t =>
        {
            foreach (int length in (int[])[125, 126, 65535, 65536])
            {
                Trial.Running send = t.BeginSend(new byte[length]);
                await t.PeerReadsWholeAsync();
                await t.EndAsync(send);
            }
        }, """
            peer: Binary of 125 bytes
            send: done | Open
            peer: Binary of 126 bytes
            send: done | Open
            peer: Binary of 65535 bytes
            send: done | Open
            peer: Binary of 65536 bytes
            send: done | Open
            """),
        new("1 MiB of memory", async t =>
        {
            Trial.Running send = t.BeginSend(new byte[1024 * 1024]);
            await t.PeerReadsWholeAsync();
            await t.EndAsync(send);
        }, """
            peer: Binary of 1048576 bytes
            send: done | Open
            """),
        new("1 MiB of an array segment", async t =>
        {
            var segment = new ArraySegment<byte>(new byte[1024 * 1024]);
            Trial.Running send = Trial.Begin("send", () => t.Socket.SendAsync(segment, WebSocketMessageType.Binary, true, default));
            await t.PeerReadsWholeAsync();
            await t.EndAsync(send);
        }, """
            peer: Binary of 1048576 bytes
            send: done | Open
            """),
        new("the caller may use the buffer again when the send is done", async t =>
        {
            byte[] buffer = "first"u8.ToArray();
            await t.SendBytesAsync(buffer, WebSocketMessageType.Text);
            buffer.AsSpan().Fill((byte)'x');
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            peer: Text 'first'
            """),
        new("the caller's buffer is left as it was", async t =>
        {
            byte[] buffer = "first"u8.ToArray();
            await t.SendBytesAsync(buffer, WebSocketMessageType.Text);
            t.See(System.Text.Encoding.ASCII.GetString(buffer));
        }, """
            send: done | Open
            first
            """),
        new("two sends at once are two whole messages in their order", async t =>
        {
            Trial.Running first = t.BeginSend(new byte[300_000], what: "first");
            Trial.Running second = t.BeginSend("two"u8.ToArray(), WebSocketMessageType.Text, what: "second");
            await t.PeerReadsWholeAsync();
            await t.PeerReadsAsync();
            await t.EndAsync(first);
            await t.EndAsync(second);
        }, """
            peer: Binary of 300000 bytes
            peer: Text 'two'
            first: done | Open
            second: done | Open
            """),
        new("twenty sends at once are twenty whole messages", async t =>
        {
            Task<string>[] sends = [.. Enumerable.Range(1000, 20).Select(length => t.BeginSend(new byte[length]).Ended)];
            HashSet<int> lengths = [];
            for (int i = 0; i < 20; i++) lengths.Add((await t.Peer.ReadFrameAsync()).Payload.Length);
            t.See($"{(await Task.WhenAll(sends)).Count(how => how == "done")} sends, {lengths.Count} lengths from {lengths.Min()} to {lengths.Max()}");
        }, "20 sends, 20 lengths from 1000 to 1019"),
        new("a send and a receive at once", async t =>
        {
            Trial.Running receive = t.BeginReceive();
            await t.SendAsync("there");
            await t.PeerReadsAsync();
            t.Waits(receive);
            await t.Peer.SendTextAsync("back");
            await t.EndAsync(receive);
        }, """
            send: done | Open
            peer: Text 'there'
            receive: waits | Open
            receive: Text 'back' end | Open
            """),
        new("a send waits while the peer does not read", async t =>
        {
            Trial.Running send = t.BeginSend(Trial.Huge);
            t.Waits(send);
            await t.PeerReadsWholeAsync();
            await t.EndAsync(send);
        }, """
            send: waits | Open
            peer: Binary of 16777216 bytes
            send: done | Open
            """),
        new("a receive goes on while a send waits", async t =>
        {
            Trial.Running send = t.BeginSend(Trial.Huge);
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveAsync();
            t.Waits(send);
            await t.PeerReadsWholeAsync();
            await t.EndAsync(send);
        }, """
            receive: Text 'hello' end | Open
            send: waits | Open
            peer: Binary of 16777216 bytes
            send: done | Open
            """),
        new("a send while half a message of the peer is read", async t =>
        {
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveAsync(2);
            await t.SendAsync("between");
            await t.PeerReadsAsync();
            await t.ReceiveAsync();
        }, """
            receive: Text 'he' more | Open
            send: done | Open
            peer: Text 'between'
            receive: Text 'llo' end | Open
            """),
        new("a pong may stand between our fragments", async t =>
        {
            await t.SendAsync("one", end: false);
            await t.Peer.SendFrameAsync(9, "ping"u8.ToArray());
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveAsync();
            await t.SendAsync("two");
            await t.PeerReadsAsync();
            await t.PeerReadsAsync();
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            receive: Text 'hello' end | Open
            send: done | Open
            peer: Text 'one' more
            peer: Pong 'ping'
            peer: Continuation 'two'
            """),
        new("a close frame in the middle of our message", async t =>
        {
            await t.SendAsync("one", end: false);
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            close output: done | CloseSent
            peer: Text 'one' more
            peer: Close 1000 'mine'
            """),
        new("a send in CloseSent", async t =>
        {
            await t.CloseOutputAsync();
            await t.SendAsync("late");
            await t.SendAsync("late", end: false);
            await t.PeerReadsAsync();
        }, """
            close output: done | CloseSent
            send: WebSocketException InvalidState | CloseSent
            send: WebSocketException InvalidState | CloseSent
            peer: Close 1000 'mine'
            """),
        new("a send once closed", async t =>
        {
            await t.PeerClosesAsync(1000, "bye");
            await t.ReceiveAsync();
            await t.CloseOutputAsync();
            await t.SendAsync("late");
            await t.SendFlagsAsync("late", WebSocketMessageFlags.EndOfMessage);
            await t.SendSegmentAsync();
        }, """
            receive: Close NormalClosure 'bye', 0 bytes end | CloseReceived
            close output: done | Closed
            send: WebSocketException InvalidState | Closed
            send: WebSocketException InvalidState | Closed
            send segment: WebSocketException InvalidState | Closed
            """),
    ];
}
