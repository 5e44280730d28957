using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>Abort and Dispose: what they interrupt, what the peer sees, and what may be called afterwards.</summary>
public sealed class EndTests : ContractSuite<EndTests>, IContractCases
{
    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        new("a dispose of an open socket: what the peer sees", async t =>
        {
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            dispose: done | Closed
            peer: end
            """) { Ours = Difference.Dispose },
        new("a dispose behind a send: the message arrives", async t =>
        {
            await t.SendAsync("last words");
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            send: done | Open
            dispose: done | Closed
            peer: Text 'last words'
            peer: end
            """) { Ours = Difference.Dispose },
        new("a dispose behind CloseOutputAsync: the close frame arrives", async t =>
        {
            await t.CloseOutputAsync((WebSocketCloseStatus)4400, "Unauthorized");
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            close output: done | CloseSent
            dispose: done | Closed
            peer: Close 4400 'Unauthorized'
            peer: end
            """),
        new("a dispose behind CloseOutputAsync of a large message and its close frame", async t =>
        {
            await t.SendAsync(new string('x', 30_000));
            await t.CloseOutputAsync((WebSocketCloseStatus)4400, "Unauthorized");
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            send: done | Open
            close output: done | CloseSent
            dispose: done | Closed
            peer: Text 30000 bytes
            peer: Close 4400 'Unauthorized'
            peer: end
            """),
        new("an abort of an open socket: what the peer sees", async t =>
        {
            t.Abort();
            await t.PeerReadsToEndAsync();
        }, """
            abort: done | Aborted
            peer: end
            """),
        new("a dispose once closed: what the peer sees", async t =>
        {
            await t.PeerClosesAsync(1000);
            await t.ReceiveAsync();
            await t.CloseOutputAsync();
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            receive: Close NormalClosure '', 0 bytes end | CloseReceived
            close output: done | Closed
            dispose: done | Closed
            peer: Close 1000 'mine'
            peer: end
            """),
        new("an abort interrupts a receive", async t =>
        {
            Trial.Running receive = t.BeginReceive();
            t.Abort();
            await t.EndAsync(receive);
        }, """
            abort: done | Aborted
            receive: OperationCanceledException | Aborted
            """),
        new("an abort interrupts a zero-byte receive", async t =>
        {
            Trial.Running receive = t.BeginReceive(0);
            t.Abort();
            await t.EndAsync(receive);
        }, """
            abort: done | Aborted
            receive: OperationCanceledException | Aborted
            """),
        new("an abort interrupts a receive in the middle of a message", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one", fin: false));
            await t.ReceiveAsync();
            Trial.Running receive = t.BeginReceive();
            t.Abort();
            await t.EndAsync(receive);
        }, """
            receive: Text 'one' more | Open
            abort: done | Aborted
            receive: OperationCanceledException | Aborted
            """),
        new("an abort interrupts a send", async t =>
        {
            Trial.Running send = t.BeginSend(Trial.Huge);
            t.Abort();
            await t.EndAsync(send);
        }, """
            abort: done | Aborted
            send: OperationCanceledException | Aborted
            """)
        {
            Otherwise = [new(subject => subject.IsKestrels, "Kestrel takes what is written to a connection that was aborted, and drops it", """
                abort: done | Aborted
                send: done | Aborted
                """)],
        },
        new("an abort interrupts a CloseAsync", async t =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await t.PeerPingsAsync();
            t.Abort();
            await t.EndAsync(close);
        }, """
            peer: Close 1000 'mine'
            peer: Pong 'ping'
            abort: done | Aborted
            close: OperationCanceledException | Aborted
            """),
        new("a dispose interrupts a receive", async t =>
        {
            Trial.Running receive = t.BeginReceive();
            t.Dispose();
            await t.EndAsync(receive);
        }, """
            dispose: done | Closed
            receive: WebSocketException ConnectionClosedPrematurely | Closed
            """) { For = subject => !subject.IsKestrels },
        new("a dispose interrupts a zero-byte receive", async t =>
        {
            Trial.Running receive = t.BeginReceive(0);
            t.Dispose();
            await t.EndAsync(receive);
        }, """
            dispose: done | Closed
            receive: WebSocketException ConnectionClosedPrematurely | Closed
            """) { For = subject => !subject.IsKestrels },
        new("a dispose interrupts a send", async t =>
        {
            Trial.Running send = t.BeginSend(Trial.Huge);
            t.Dispose();
            await t.EndAsync(send);
        }, """
            dispose: done | Closed
            send: WebSocketException ConnectionClosedPrematurely | Closed
            """) { For = subject => !subject.IsKestrels },
        new("a dispose interrupts a CloseAsync", async t =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await t.PeerPingsAsync();
            t.Dispose();
            await t.EndAsync(close);
        }, """
            peer: Close 1000 'mine'
            peer: Pong 'ping'
            dispose: done | Closed
            close: WebSocketException ConnectionClosedPrematurely | Closed
            """) { For = subject => !subject.IsKestrels },
        new("every call of a disposed socket", async t =>
        {
            t.Dispose();
            await EveryCallAsync(t);
            t.Properties();
        }, """
            dispose: done | Closed
            receive: WebSocketException InvalidState | Closed
            receive: WebSocketException InvalidState | Closed
            receive segment: WebSocketException InvalidState | Closed
            send: WebSocketException InvalidState | Closed
            send segment: WebSocketException InvalidState | Closed
            send flags: WebSocketException InvalidState | Closed
            close output: WebSocketException InvalidState | Closed
            close: WebSocketException InvalidState | Closed
            properties: Closed, no status null, protocol null
            """),
        new("every call of an aborted socket", async t =>
        {
            t.Abort();
            await EveryCallAsync(t);
            t.Properties();
        }, """
            abort: done | Aborted
            receive: WebSocketException InvalidState | Aborted
            receive: WebSocketException InvalidState | Aborted
            receive segment: WebSocketException InvalidState | Aborted
            send: WebSocketException InvalidState | Aborted
            send segment: WebSocketException InvalidState | Aborted
            send flags: WebSocketException InvalidState | Aborted
            close output: WebSocketException InvalidState | Aborted
            close: WebSocketException InvalidState | Aborted
            properties: Aborted, no status null, protocol null
            """),
        new("every call of a socket that was closed and disposed", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            await t.CloseOutputAsync();
            t.Dispose();
            await EveryCallAsync(t);
            t.Properties();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            close output: done | Closed
            dispose: done | Closed
            receive: WebSocketException InvalidState | Closed
            receive: WebSocketException InvalidState | Closed
            receive segment: WebSocketException InvalidState | Closed
            send: WebSocketException InvalidState | Closed
            send segment: WebSocketException InvalidState | Closed
            send flags: WebSocketException InvalidState | Closed
            close output: WebSocketException InvalidState | Closed
            close: WebSocketException InvalidState | Closed
            properties: Closed, 4000 'bye', protocol null
            """),
        new("every call of a socket that was aborted and disposed", async t =>
        {
            t.Abort();
            t.Dispose();
            await EveryCallAsync(t);
        }, """
            abort: done | Aborted
            dispose: done | Aborted
            receive: WebSocketException InvalidState | Aborted
            receive: WebSocketException InvalidState | Aborted
            receive segment: WebSocketException InvalidState | Aborted
            send: WebSocketException InvalidState | Aborted
            send segment: WebSocketException InvalidState | Aborted
            send flags: WebSocketException InvalidState | Aborted
            close output: WebSocketException InvalidState | Aborted
            close: WebSocketException InvalidState | Aborted
            """),
        new("a dispose with a message that is not read yet", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one"), t.Frame(1, "two"));
            await t.ReceiveAsync();
            t.Dispose();
            await t.ReceiveAsync();
        }, """
            receive: Text 'one' end | Open
            dispose: done | Closed
            receive: WebSocketException InvalidState | Closed
            """),
        new("a dispose in the middle of our message", async t =>
        {
            await t.SendAsync("one", end: false);
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            send: done | Open
            dispose: done | Closed
            peer: Text 'one' more
            peer: end
            """) { Ours = Difference.Dispose },
    ];

    internal static async Task EveryCallAsync(Trial t)
    {
        await t.ReceiveAsync();
        await t.ReceiveAsync(0);
        await t.ReceiveSegmentAsync();
        await t.SendAsync("late");
        await t.SendSegmentAsync();
        await t.SendFlagsAsync("late", WebSocketMessageFlags.EndOfMessage, what: "send flags");
        await t.CloseOutputAsync();
        await t.CloseAsync();
    }
}
