using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>Tokens: cancelled before a call, and during one.</summary>
public sealed class CancellationTests : ContractSuite<CancellationTests>, IContractCases
{
    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        new("a receive with a cancelled token", async t =>
        {
            await t.ReceiveAsync(token: Trial.Cancelled);
            await AfterAsync(t);
        }, """
            receive: OperationCanceledException | Aborted
            properties: Aborted, no status null, protocol null
            send: WebSocketException InvalidState | Aborted
            receive: WebSocketException InvalidState | Aborted
            peer: end
            """) { Ours = Difference.Cancelled },
        new("a receive of an array segment with a cancelled token", async t =>
        {
            await t.ReceiveSegmentAsync(token: Trial.Cancelled);
            await AfterAsync(t);
        }, """
            receive segment: OperationCanceledException | Aborted
            properties: Aborted, no status null, protocol null
            send: WebSocketException InvalidState | Aborted
            receive: WebSocketException InvalidState | Aborted
            peer: end
            """) { Ours = Difference.Cancelled },
        new("a zero-byte receive with a cancelled token", async t =>
        {
            await t.ReceiveAsync(0, Trial.Cancelled);
            await AfterAsync(t);
        }, """
            receive: OperationCanceledException | Aborted
            properties: Aborted, no status null, protocol null
            send: WebSocketException InvalidState | Aborted
            receive: WebSocketException InvalidState | Aborted
            peer: end
            """) { Ours = Difference.Cancelled },
        new("a receive with a cancelled token where the rest of a message waits", async t =>
        {
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveAsync(2);
            await t.ReceiveAsync(2, Trial.Cancelled);
            t.State();
        }, """
            receive: Text 'he' more | Open
            receive: OperationCanceledException | Aborted
            state: Aborted
            """),
        new("a send with a cancelled token", async t =>
        {
            await t.SendAsync("never", token: Trial.Cancelled);
            await AfterAsync(t);
        }, """
            send: OperationCanceledException | Open
            properties: Open, no status null, protocol null
            send: done | Open
            peer: Text 'late'
            receive: OperationCanceledException | Aborted
            peer: end
            """) { Ours = Difference.Cancelled },
        new("a send of an array segment with a cancelled token", async t =>
        {
            await t.SendSegmentAsync(token: Trial.Cancelled);
            await AfterAsync(t);
        }, """
            send segment: OperationCanceledException | Open
            properties: Open, no status null, protocol null
            send: done | Open
            peer: Text 'late'
            receive: OperationCanceledException | Aborted
            peer: end
            """) { Ours = Difference.Cancelled },
        new("a CloseOutputAsync with a cancelled token", async t =>
        {
            await t.CloseOutputAsync(token: Trial.Cancelled);
            await AfterAsync(t);
        }, """
            close output: OperationCanceledException | Open
            properties: Open, no status null, protocol null
            send: done | Open
            peer: Text 'late'
            receive: OperationCanceledException | Aborted
            peer: end
            """) { Ours = Difference.Cancelled },
        new("a CloseOutputAsync with a cancelled token as the answer to a close", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            await t.CloseOutputAsync(token: Trial.Cancelled);
            t.Properties();
            await t.SendAsync("still there");
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            await t.PeerReadsAsync();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            close output: OperationCanceledException | CloseReceived
            properties: CloseReceived, 4000 'bye', protocol null
            send: done | CloseReceived
            close output: done | Closed
            peer: Text 'still there'
            peer: Close 1000 'mine'
            """),
        new("a CloseAsync with a cancelled token", async t =>
        {
            await t.CloseAsync(token: Trial.Cancelled);
            await AfterAsync(t);
        }, """
            close: OperationCanceledException | Open
            properties: Open, no status null, protocol null
            send: done | Open
            peer: Text 'late'
            receive: OperationCanceledException | Aborted
            peer: end
            """) { Ours = Difference.Cancelled },
        new("a receive that is cancelled while it waits", async t =>
        {
            using var source = new CancellationTokenSource();
            Trial.Running receive = t.BeginReceive(token: source.Token);
            await t.PeerPingsAsync();
            await t.CancelAsync(source, receive);
            await AfterAsync(t);
        }, """
            peer: Pong 'ping'
            receive: OperationCanceledException | Aborted
            properties: Aborted, no status null, protocol null
            send: WebSocketException InvalidState | Aborted
            receive: WebSocketException InvalidState | Aborted
            peer: end
            """) { Ours = Difference.Cancelled },
        new("a receive of an array segment that is cancelled while it waits", async t =>
        {
            using var source = new CancellationTokenSource();
            Trial.Running receive = Trial.Begin("receive", () => t.Socket.ReceiveAsync(new ArraySegment<byte>(new byte[8]), source.Token));
            await t.PeerPingsAsync();
            await t.CancelAsync(source, receive);
            await AfterAsync(t);
        }, """
            peer: Pong 'ping'
            receive: OperationCanceledException | Aborted
            properties: Aborted, no status null, protocol null
            send: WebSocketException InvalidState | Aborted
            receive: WebSocketException InvalidState | Aborted
            peer: end
            """) { Ours = Difference.Cancelled },
        new("a zero-byte receive that is cancelled while it waits", async t =>
        {
            using var source = new CancellationTokenSource();
            Trial.Running receive = t.BeginReceive(0, source.Token);
            await t.PeerPingsAsync();
            await t.CancelAsync(source, receive);
            await AfterAsync(t);
        }, """
            peer: Pong 'ping'
            receive: OperationCanceledException | Aborted
            properties: Aborted, no status null, protocol null
            send: WebSocketException InvalidState | Aborted
            receive: WebSocketException InvalidState | Aborted
            peer: end
            """) { Ours = Difference.Cancelled },
        new("a receive that is cancelled in the middle of a message", async t =>
        {
            using var source = new CancellationTokenSource();
            await t.PeerSendsAsync(t.Frame(1, "one", fin: false));
            await t.ReceiveAsync();
            Trial.Running receive = t.BeginReceive(token: source.Token);
            await t.PeerPingsAsync();
            await t.CancelAsync(source, receive);
            t.State();
        }, """
            receive: Text 'one' more | Open
            peer: Pong 'ping'
            receive: OperationCanceledException | Aborted
            state: Aborted
            """),
        new("a send that is cancelled while it waits", async t =>
        {
            using var source = new CancellationTokenSource();
            Trial.Running send = t.BeginSend(Trial.Huge, token: source.Token);
            await t.CancelAsync(source, send);
            await t.SendAsync("late");
            await t.ReceiveAsync();
            t.Properties();
        }, """
            send: OperationCanceledException | Aborted
            send: WebSocketException InvalidState | Aborted
            receive: WebSocketException InvalidState | Aborted
            properties: Aborted, no status null, protocol null
            """),
        new("a send that is cancelled while it waits behind another one", async t =>
        {
            using var source = new CancellationTokenSource();
            Trial.Running first = t.BeginSend(Trial.Huge, what: "first");
            Trial.Running second = t.BeginSend("two"u8.ToArray(), WebSocketMessageType.Text, what: "second", token: source.Token);
            await source.CancelAsync();
            await t.EndAsync(second);
        }, "second: OperationCanceledException | Open"),
        new("a CloseAsync that is cancelled while it waits for the answer", async t =>
        {
            using var source = new CancellationTokenSource();
            Trial.Running close = t.BeginClose(token: source.Token);
            await t.PeerReadsAsync();
            await t.PeerPingsAsync();
            await t.CancelAsync(source, close);
            await AfterAsync(t);
        }, """
            peer: Close 1000 'mine'
            peer: Pong 'ping'
            close: OperationCanceledException | Aborted
            properties: Aborted, no status null, protocol null
            send: WebSocketException InvalidState | Aborted
            receive: WebSocketException InvalidState | Aborted
            peer: end
            """),
        new("a receive that is cancelled in CloseSent", async t =>
        {
            using var source = new CancellationTokenSource();
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            Trial.Running receive = t.BeginReceive(token: source.Token);
            await t.PeerPingsAsync();
            await t.CancelAsync(source, receive);
            await AfterAsync(t);
        }, """
            close output: done | CloseSent
            peer: Close 1000 'mine'
            peer: Pong 'ping'
            receive: OperationCanceledException | Aborted
            properties: Aborted, no status null, protocol null
            send: WebSocketException InvalidState | Aborted
            receive: WebSocketException InvalidState | Aborted
            peer: end
            """),
        new("a token that is cancelled after its call means nothing", async t =>
        {
            using var source = new CancellationTokenSource();
            await t.SendAsync("one", token: source.Token);
            await t.Peer.SendTextAsync("two");
            await t.ReceiveAsync(token: source.Token);
            await source.CancelAsync();
            await t.SendAsync("three");
            t.Properties();
        }, """
            send: done | Open
            receive: Text 'two' end | Open
            send: done | Open
            properties: Open, no status null, protocol null
            """),
        new("a send that is cancelled ends a receive that waits", async t =>
        {
            Trial.Running receive = t.BeginReceive();
            await t.PeerPingsAsync();
            using var source = new CancellationTokenSource();
            Trial.Running send = t.BeginSend(Trial.Huge, token: source.Token);
            await t.CancelAsync(source, send);
            await receive.Ended.WaitAsync(RawPeer.DefaultBound);
            t.See("the receive is over");
        }, """
            peer: Pong 'ping'
            send: OperationCanceledException | Aborted
            the receive is over
            """),
    ];

    private static async Task AfterAsync(Trial t)
    {
        t.Properties();
        await t.SendAsync("late");
        if (t.Socket.State is WebSocketState.Open) await t.PeerReadsAsync();
        await t.ReceiveAsync(token: Trial.Cancelled);
        await t.PeerReadsToEndAsync();
    }
}
