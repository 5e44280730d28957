using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>Receiving when one of the two sides has closed.</summary>
public sealed class ReceiveAtTheEndTests : ContractSuite<ReceiveAtTheEndTests>, IContractCases
{
    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        new("a receive in CloseSent still delivers what the peer sends", async t =>
        {
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            await t.Peer.SendTextAsync("one");
            await t.ReceiveAsync();
            await t.PeerSendsAsync(t.Frame(2, "two", fin: false));
            await t.ReceiveAsync();
            await t.PeerSendsAsync(t.Frame(0, "end"));
            await t.ReceiveAsync();
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
        }, """
            close output: done | CloseSent
            peer: Close 1000 'mine'
            receive: Text 'one' end | CloseSent
            receive: Binary 'two' more | CloseSent
            receive: Binary 'end' end | CloseSent
            receive: Close 4000 'bye', 0 bytes end | Closed
            """),
        new("the close into an array segment: the result has status and description", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveSegmentAsync();
        }, "receive segment: Close 4000 'bye', 0 bytes end, result 4000 'bye' | CloseReceived"),
        new("the close into a segment of no bytes", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveSegmentAsync(0);
        }, "receive segment: Close 4000 'bye', 0 bytes end, result 4000 'bye' | CloseReceived"),
        new("the close between two fragments", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one", fin: false));
            await t.ReceiveAsync();
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            t.Properties();
        }, """
            receive: Text 'one' more | Open
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            properties: CloseReceived, 4000 'bye', protocol null
            """),
        new("a receive after the close was received", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            await t.ReceiveAsync();
            await t.ReceiveSegmentAsync();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            receive: WebSocketException InvalidState | CloseReceived
            receive segment: WebSocketException InvalidState | CloseReceived
            """),
        new("a receive once closed", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            await t.CloseOutputAsync();
            await t.ReceiveAsync();
            await t.ReceiveSegmentAsync();
            await t.ReceiveAsync(0);
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            close output: done | Closed
            receive: WebSocketException InvalidState | Closed
            receive segment: WebSocketException InvalidState | Closed
            receive: WebSocketException InvalidState | Closed
            """),
        new("what stands behind the peer's close is never seen", async t =>
        {
            await t.Peer.SendCloseAsync(4000, "bye");
            await t.Peer.SendTextAsync("late");
            await t.PeerLeavesAsync();
            await t.ReceiveAsync();
            await t.ReceiveAsync();
            await t.CloseOutputAsync();
            t.Properties();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            receive: WebSocketException InvalidState | CloseReceived
            close output: done | Closed
            properties: Closed, 4000 'bye', protocol null
            """),
    ];
}
