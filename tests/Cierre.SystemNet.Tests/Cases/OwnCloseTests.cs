using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>We close first: what waits, and both methods in every state.</summary>
public sealed class OwnCloseTests : ContractSuite<OwnCloseTests>, IContractCases
{
    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        new("CloseAsync waits for the peer's close frame", async t =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            t.Waits(close);
            await t.PeerClosesAsync(1000, "bye");
            await t.EndAsync(close);
            t.Properties();
        }, """
            peer: Close 1000 'mine'
            close: waits | CloseSent
            close: done | Closed
            properties: Closed, NormalClosure 'bye', protocol null
            """),
        new("CloseAsync with an empty answer", async t =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await t.PeerClosesAsync(null);
            await t.EndAsync(close);
            t.Properties();
        }, """
            peer: Close 1000 'mine'
            close: done | Closed
            properties: Closed, NormalClosure '', protocol null
            """),
        new("CloseAsync drops what the peer sends before its answer", async t =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await t.Peer.SendTextAsync("one");
            await t.PeerSendsAsync(t.Frame(2, "two", fin: false), t.Frame(0, "end"), t.Frame(8, RawFrame.CloseBody(1000)));
            await t.PeerLeavesAsync();
            await t.EndAsync(close);
            t.Properties();
        }, """
            peer: Close 1000 'mine'
            close: done | Closed
            properties: Closed, NormalClosure '', protocol null
            """),
        new("CloseAsync drops 50,000 bytes that the peer sends before its answer", async t =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await t.Peer.SendFrameAsync(2, new byte[50_000]);
            await t.PeerClosesAsync(1000);
            await t.EndAsync(close);
        }, """
            peer: Close 1000 'mine'
            close: done | Closed
            """),
        new("CloseAsync while half a message is read", async t =>
        {
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveAsync(2);
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await t.PeerClosesAsync(1000);
            await t.EndAsync(close);
        }, """
            receive: Text 'he' more | Open
            peer: Close 1000 'mine'
            close: done | Closed
            """),
        new("CloseAsync answers a ping that comes before the answer", async t =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await t.PeerPingsAsync();
            await t.PeerClosesAsync(1000);
            await t.EndAsync(close);
        }, """
            peer: Close 1000 'mine'
            peer: Pong 'ping'
            close: done | Closed
            """),
        new("CloseAsync beside a receive that waits: the receive has the close", async t =>
        {
            Trial.Running receive = t.BeginReceive();
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await t.PeerClosesAsync(4000, "bye");
            await t.EndAsync(receive);
            await t.EndAsync(close);
            t.Properties();
        }, """
            peer: Close 1000 'mine'
            receive: Close 4000 'bye', 0 bytes end | Closed
            close: done | Closed
            properties: Closed, 4000 'bye', protocol null
            """),
        new("CloseAsync beside a receive that waits: the receive has data first", async t =>
        {
            Trial.Running receive = t.BeginReceive();
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await t.Peer.SendTextAsync("data");
            await t.EndAsync(receive);
            await t.PeerClosesAsync(4000, "bye");
            await t.EndAsync(close);
            t.Properties();
        }, """
            peer: Close 1000 'mine'
            receive: Text 'data' end | CloseSent
            close: done | Closed
            properties: Closed, 4000 'bye', protocol null
            """),
        new("a receive beside a CloseAsync that waits", async t =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            Trial.Running receive = t.BeginReceive();
            await t.PeerClosesAsync(4000, "bye");
            await t.EndAsync(close);
            await t.EndAsync(receive);
            t.Properties();
        }, """
            peer: Close 1000 'mine'
            close: done | Closed
            receive: WebSocketException ConnectionClosedPrematurely | Closed
            properties: Closed, 4000 'bye', protocol null
            """) { For = subject => !subject.IsKestrels, Ours = Difference.Of("receive-while-closing", """
            peer: Close 1000 'mine'
            close: done | Closed
            receive: Close 4000 'bye', 0 bytes end | Closed
            properties: Closed, 4000 'bye', protocol null
            """) },
        new("CloseAsync that the peer never answers waits until it is aborted", async t =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await t.PeerPingsAsync();
            t.PassCloseTimeout();
            t.Waits(close);
            t.Abort();
            await t.EndAsync(close);
            t.Properties();
        }, """
            peer: Close 1000 'mine'
            peer: Pong 'ping'
            close: waits | CloseSent
            abort: done | Aborted
            close: OperationCanceledException | Aborted
            properties: Aborted, no status null, protocol null
            """) { For = subject => !subject.IsOurs },
        new("CloseAsync that the peer never answers ends with the close timeout", async t =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await t.PeerPingsAsync();
            t.PassCloseTimeout();
            await t.EndAsync(close);
            t.Properties();
        }, "close: waits | CloseSent")
        {
            For = subject => subject.HasClock,
            Ours = Difference.Of("close-timeout", """
                peer: Close 1000 'mine'
                peer: Pong 'ping'
                close: WebSocketException ConnectionClosedPrematurely | Aborted
                properties: Aborted, no status null, protocol null
                """),
        },
        new("Data that comes behind CloseOutputAsync after the close timeout", async t =>
        {
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            t.PassCloseTimeout();
            await t.Peer.SendTextAsync("late");
            await t.ReceiveAsync();
        }, """
            close output: done | CloseSent
            peer: Close 1000 'mine'
            receive: Text 'late' end | CloseSent
            """)
        {
            For = subject => !subject.IsOurs || subject.HasClock,
            Ours = Difference.Of("half-close", """
                close output: done | CloseSent
                peer: Close 1000 'mine'
                receive: WebSocketException ConnectionClosedPrematurely | Aborted
                """),
        },
        new("CloseAsync that the peer answers with the end of the stream", async t =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await t.Peer.HalfCloseAsync();
            await t.EndAsync(close);
            t.Properties();
        }, """
            peer: Close 1000 'mine'
            close: WebSocketException ConnectionClosedPrematurely | Aborted
            properties: Aborted, no status null, protocol null
            """),
        new("CloseAsync that the peer answers with a violation", async t =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await t.Peer.SendFrameAsync(3, "x"u8.ToArray());
            await t.EndAsync(close);
            t.Properties();
        }, """
            peer: Close 1000 'mine'
            close: WebSocketException Faulted | Aborted
            properties: Aborted, no status null, protocol null
            """),
        new("CloseAsync in CloseSent waits for the peer's close", async t =>
        {
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            Trial.Running close = t.BeginClose((WebSocketCloseStatus)4001, "again");
            t.Waits(close);
            await t.PeerClosesAsync(4000, "bye");
            await t.EndAsync(close);
            t.Properties();
        }, """
            close output: done | CloseSent
            peer: Close 1000 'mine'
            close: waits | CloseSent
            close: done | Closed
            properties: Closed, 4000 'bye', protocol null
            """),
        new("CloseOutputAsync twice sends one frame", async t =>
        {
            await t.CloseOutputAsync();
            await t.CloseOutputAsync((WebSocketCloseStatus)4001, "again");
            await t.PeerReadsAsync();
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            close output: done | CloseSent
            close output: WebSocketException InvalidState | CloseSent
            peer: Close 1000 'mine'
            dispose: done | Closed
            peer: end
            """),
        new("CloseAsync twice at once", async t =>
        {
            Trial.Running first = t.BeginClose();
            Trial.Running second = t.BeginClose((WebSocketCloseStatus)4001, "again");
            await t.PeerReadsAsync();
            await t.PeerClosesAsync(4000, "bye");
            await t.EndAsync(first);
            await t.EndAsync(second);
            t.Properties();
        }, """
            peer: Close 1000 'mine'
            close: done | Closed
            close: done | Closed
            properties: Closed, 4000 'bye', protocol null
            """),
        new("CloseAsync and CloseOutputAsync once closed", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            await t.CloseAsync();
            await t.CloseAsync((WebSocketCloseStatus)4001, "again");
            await t.CloseOutputAsync((WebSocketCloseStatus)4001, "again");
            t.Properties();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            close: done | Closed
            close: WebSocketException InvalidState | Closed
            close output: WebSocketException InvalidState | Closed
            properties: Closed, 4000 'bye', protocol null
            """),
        new("CloseAsync and CloseOutputAsync of an aborted socket", async t =>
        {
            t.Abort();
            await t.CloseAsync();
            await t.CloseOutputAsync();
        }, """
            abort: done | Aborted
            close: WebSocketException InvalidState | Aborted
            close output: WebSocketException InvalidState | Aborted
            """),
        new("CloseAsync and CloseOutputAsync of a disposed socket", async t =>
        {
            t.Dispose();
            await t.CloseAsync();
            await t.CloseOutputAsync();
        }, """
            dispose: done | Closed
            close: WebSocketException InvalidState | Closed
            close output: WebSocketException InvalidState | Closed
            """),
        new("CloseOutputAsync waits behind a send that waits", async t =>
        {
            Trial.Running send = t.BeginSend(Trial.Huge);
            t.Waits(send);
            Trial.Running close = Trial.Begin("close output", () => t.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "mine", default));
            await t.PeerReadsWholeAsync();
            await t.PeerReadsAsync();
            // The state is told by the call that changes it: the peer may have the frame, and the send its end, a moment before.
            await t.EndAsync(close);
            await t.EndAsync(send);
        }, """
            send: waits | Open
            peer: Binary of 16777216 bytes
            peer: Close 1000 'mine'
            close output: done | CloseSent
            send: done | CloseSent
            """),
        new("our CloseOutputAsync and then the end of the stream", async t =>
        {
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            await t.Peer.HalfCloseAsync();
            await t.ReceiveAsync();
            t.Properties();
        }, """
            close output: done | CloseSent
            peer: Close 1000 'mine'
            receive: WebSocketException ConnectionClosedPrematurely | Aborted
            properties: Aborted, no status null, protocol null
            """),
        new("a server's stream ends with the dispose, when the peer's answer was received", async t =>
        {
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            await t.PeerClosesAsync(1000);
            await t.ReceiveAsync();
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            close output: done | CloseSent
            peer: Close 1000 'mine'
            receive: Close NormalClosure '', 0 bytes end | Closed
            dispose: done | Closed
            peer: end
            """) { For = subject => subject.IsServer },
        new("a client waits for the server's end of the stream before it is Closed", async t =>
        {
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            await t.Peer.SendCloseAsync(1000);
            Trial.Running receive = t.BeginReceive();
            await t.Peer.HalfCloseAsync();
            await t.EndAsync(receive);
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            close output: done | CloseSent
            peer: Close 1000 'mine'
            receive: Close NormalClosure '', 0 bytes end | Closed
            dispose: done | Closed
            peer: end
            """) { For = subject => !subject.IsServer },
    ];
}
