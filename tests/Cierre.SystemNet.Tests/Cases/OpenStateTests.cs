using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>The state and the properties, step by step.</summary>
public sealed class OpenStateTests : ContractSuite<OpenStateTests>, IContractCases
{
    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        new("an open socket has no close status", t =>
        {
            t.Properties();
            return Task.CompletedTask;
        }, "properties: Open, no status null, protocol null"),
        new("the subprotocol is the one agreed on", t =>
        {
            t.Properties();
            return Task.CompletedTask;
        }, "properties: Open, no status null, protocol 'chat.v2'") { Setup = new() { SubProtocol = "chat.v2" } },
        new("messages leave state and close status as they are", async t =>
        {
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveAsync();
            await t.SendAsync("hello yourself");
            t.Properties();
        }, """
            receive: Text 'hello' end | Open
            send: done | Open
            properties: Open, no status null, protocol null
            """),
        new("the peer's close makes CloseReceived when it is received, not before", async t =>
        {
            await t.Peer.SendTextAsync("first");
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            t.Properties();
            await t.ReceiveAsync();
            t.Properties();
        }, """
            receive: Text 'first' end | Open
            properties: Open, no status null, protocol null
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            properties: CloseReceived, 4000 'bye', protocol null
            """),
        new("our close frame makes CloseSent, the peer's then Closed", async t =>
        {
            await t.CloseOutputAsync();
            t.Properties();
            await t.PeerReadsAsync();
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            t.Properties();
        }, """
            close output: done | CloseSent
            properties: CloseSent, no status null, protocol null
            peer: Close 1000 'mine'
            receive: Close 4000 'bye', 0 bytes end | Closed
            properties: Closed, 4000 'bye', protocol null
            """),
        new("the peer's close and then ours make Closed", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            await t.CloseOutputAsync((WebSocketCloseStatus)4001, "mine");
            t.Properties();
            await t.PeerReadsAsync();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            close output: done | Closed
            properties: Closed, 4000 'bye', protocol null
            peer: Close 4001 'mine'
            """),
        new("CloseAsync is CloseSent while it waits", async t =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            t.Waits(close);
            await t.PeerClosesAsync(4000, "bye");
            await t.EndAsync(close);
            t.Properties();
        }, """
            peer: Close 1000 'mine'
            close: waits | CloseSent
            close: done | Closed
            properties: Closed, 4000 'bye', protocol null
            """),
        new("an abort makes Aborted, without a close status", t =>
        {
            t.Abort();
            t.Properties();
            return Task.CompletedTask;
        }, """
            abort: done | Aborted
            properties: Aborted, no status null, protocol null
            """),
        new("a dispose of an open socket makes Closed, without a close status", t =>
        {
            t.Dispose();
            t.Properties();
            return Task.CompletedTask;
        }, """
            dispose: done | Closed
            properties: Closed, no status null, protocol null
            """),
        new("an abort in CloseReceived keeps the close status", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            t.Abort();
            t.Properties();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            abort: done | Aborted
            properties: Aborted, 4000 'bye', protocol null
            """),
        new("a dispose in CloseReceived keeps the close status", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            t.Dispose();
            t.Properties();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            dispose: done | Closed
            properties: Closed, 4000 'bye', protocol null
            """),
        new("an abort in CloseSent", async t =>
        {
            await t.CloseOutputAsync();
            t.Abort();
            t.Properties();
        }, """
            close output: done | CloseSent
            abort: done | Aborted
            properties: Aborted, no status null, protocol null
            """),
        new("a dispose in CloseSent", async t =>
        {
            await t.CloseOutputAsync();
            t.Dispose();
            t.Properties();
        }, """
            close output: done | CloseSent
            dispose: done | Closed
            properties: Closed, no status null, protocol null
            """),
        new("abort and dispose of a closed socket leave it closed", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            await t.CloseOutputAsync();
            t.Abort();
            t.Dispose();
            t.Properties();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            close output: done | Closed
            abort: done | Closed
            dispose: done | Closed
            properties: Closed, 4000 'bye', protocol null
            """),
        new("a dispose of an aborted socket leaves it aborted", t =>
        {
            t.Abort();
            t.Dispose();
            t.Abort();
            t.Properties();
            return Task.CompletedTask;
        }, """
            abort: done | Aborted
            dispose: done | Aborted
            abort: done | Aborted
            properties: Aborted, no status null, protocol null
            """),
        new("an abort of a disposed socket", t =>
        {
            t.Dispose();
            t.Dispose();
            t.Abort();
            t.Properties();
            return Task.CompletedTask;
        }, """
            dispose: done | Closed
            dispose: done | Closed
            abort: done | Closed
            properties: Closed, no status null, protocol null
            """),
        new("a violation leaves no close status", async t =>
        {
            await t.Peer.SendFrameAsync(3);
            await t.ReceiveAsync();
            t.Properties();
        }, """
            receive: WebSocketException Faulted | Aborted
            properties: Aborted, no status null, protocol null
            """),
        new("a loss leaves no close status", async t =>
        {
            await t.Peer.HalfCloseAsync();
            await t.ReceiveAsync();
            t.Properties();
        }, """
            receive: WebSocketException ConnectionClosedPrematurely | Aborted
            properties: Aborted, no status null, protocol null
            """),
    ];
}
