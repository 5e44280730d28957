using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>What the application does wrong: nothing is written, and where it can be the connection stays as it is.</summary>
public sealed class MisuseTests : ContractSuite<MisuseTests>, IContractCases
{
    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        new("two receives at once", async t =>
        {
            Trial.Running first = t.BeginReceive();
            Trial.Running second = t.BeginReceive();
            t.Waits(first);
            t.Waits(second);
            await t.PeerSendsAsync(t.Frame(1, "one"), t.Frame(1, "two"));
            await t.EndAsync(first);
            await t.EndAsync(second);
        }, """
            receive: waits | Open
            receive: waits | Open
            receive: Text 'one' end | Open
            receive: Text 'two' end | Open
            """) { Ours = Difference.Of("two-receives", """
            receive: waits | Open
            receive: over already | Open
            receive: Text 'one' end | Open
            receive: InvalidOperationException | Open
            """) },
        new("a zero-byte receive beside a receive", async t =>
        {
            Trial.Running first = t.BeginReceive();
            Trial.Running second = t.BeginReceive(0);
            await t.PeerSendsAsync(t.Frame(1, "one"), t.Frame(1, "two"));
            await t.EndAsync(first);
            await t.EndAsync(second);
            await t.ReceiveAsync();
        }, """
            receive: Text 'one' end | Open
            receive: Text '' more | Open
            receive: Text 'two' end | Open
            """) { Ours = Difference.Of("two-receives", """
            receive: Text 'one' end | Open
            receive: InvalidOperationException | Open
            receive: Text 'two' end | Open
            """) },
        new("a receive of a segment without an array", async t =>
        {
            await t.DoAsync("receive", () => t.Socket.ReceiveAsync(default(ArraySegment<byte>), CancellationToken.None));
            await StillOpenAsync(t);
        }, """
            receive: ArgumentNullException | Open
            send: done | Open
            peer: Text 'still open'
            """),
        new("a send of a segment without an array", async t =>
        {
            await t.DoAsync("send", () => t.Socket.SendAsync(default(ArraySegment<byte>), WebSocketMessageType.Text, true, CancellationToken.None));
            await StillOpenAsync(t);
        }, """
            send: ArgumentNullException | Open
            send: done | Open
            peer: Text 'still open'
            """),
        new("a send of type Close, all three overloads", async t =>
        {
            await t.SendAsync("close?", type: WebSocketMessageType.Close);
            await t.SendSegmentAsync(WebSocketMessageType.Close);
            await t.SendFlagsAsync("close?", WebSocketMessageFlags.EndOfMessage, WebSocketMessageType.Close, what: "send flags");
            await StillOpenAsync(t);
        }, """
            send: ArgumentException | Open
            send segment: ArgumentException | Open
            send flags: ArgumentException | Open
            send: done | Open
            peer: Text 'still open'
            """),
        new("a send of a type that does not exist", async t =>
        {
            await t.SendAsync("what?", type: (WebSocketMessageType)7);
            await t.SendSegmentAsync((WebSocketMessageType)(-1));
            await StillOpenAsync(t);
        }, """
            send: ArgumentException | Open
            send segment: ArgumentException | Open
            send: done | Open
            peer: Text 'still open'
            """),
        new("a send of type Close once closed: the argument is looked at first", async t =>
        {
            await t.PeerClosesAsync(1000);
            await t.ReceiveAsync();
            await t.CloseOutputAsync();
            await t.SendAsync("close?", type: WebSocketMessageType.Close);
            t.Dispose();
            await t.SendAsync("close?", type: WebSocketMessageType.Close);
        }, """
            receive: Close NormalClosure '', 0 bytes end | CloseReceived
            close output: done | Closed
            send: ArgumentException | Closed
            dispose: done | Closed
            send: ArgumentException | Closed
            """),
        new("a send of type Close with a cancelled token", async t =>
        {
            await t.SendAsync("close?", type: WebSocketMessageType.Close, token: Trial.Cancelled);
            await StillOpenAsync(t);
        }, """
            send: ArgumentException | Open
            send: done | Open
            peer: Text 'still open'
            """),
        new("a segment without an array, of a disposed socket", async t =>
        {
            t.Dispose();
            await t.DoAsync("send", () => t.Socket.SendAsync(default(ArraySegment<byte>), WebSocketMessageType.Text, true, CancellationToken.None));
            await t.DoAsync("receive", () => t.Socket.ReceiveAsync(default(ArraySegment<byte>), CancellationToken.None));
        }, """
            dispose: done | Closed
            send: ArgumentNullException | Closed
            receive: ArgumentNullException | Closed
            """),
        new("a receive of a disposed socket with a cancelled token", async t =>
        {
            t.Dispose();
            await t.ReceiveAsync(token: Trial.Cancelled);
            await t.SendAsync("late", token: Trial.Cancelled);
            await t.CloseAsync(token: Trial.Cancelled);
            await t.CloseOutputAsync(token: Trial.Cancelled);
        }, """
            dispose: done | Closed
            receive: WebSocketException InvalidState | Closed
            send: WebSocketException InvalidState | Closed
            close: WebSocketException InvalidState | Closed
            close output: WebSocketException InvalidState | Closed
            """),
        new("a receive in CloseReceived with a cancelled token", async t =>
        {
            await t.PeerClosesAsync(1000);
            await t.ReceiveAsync();
            await t.ReceiveAsync(token: Trial.Cancelled);
            await t.SendAsync("late", token: Trial.Cancelled);
        }, """
            receive: Close NormalClosure '', 0 bytes end | CloseReceived
            receive: WebSocketException InvalidState | CloseReceived
            send: OperationCanceledException | CloseReceived
            """),
        new("a receive after a receive that was refused", async t =>
        {
            await t.DoAsync("receive", () => t.Socket.ReceiveAsync(default(ArraySegment<byte>), CancellationToken.None));
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveAsync();
        }, """
            receive: ArgumentNullException | Open
            receive: Text 'hello' end | Open
            """),
    ];

    private static async Task StillOpenAsync(Trial t)
    {
        await t.SendAsync("still open");
        await t.PeerReadsAsync();
    }
}
