using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>The connection is lost: the end of the stream without a close frame, and a reset.</summary>
public sealed class LossTests : ContractSuite<LossTests>, IContractCases
{
    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        .. Both("while idle", async (t, lose) =>
        {
            await lose(t);
            await t.ReceiveAsync();
            await AfterAsync(t);
        }, """
            receive: WebSocketException ConnectionClosedPrematurely | Aborted
            properties: Aborted, no status null, protocol null
            receive: WebSocketException InvalidState | Aborted
            send: WebSocketException InvalidState | Aborted
            close output: WebSocketException InvalidState | Aborted
            close: WebSocketException InvalidState | Aborted
            """),
        .. Both("while a receive waits", async (t, lose) =>
        {
            Trial.Running receive = t.BeginReceive();
            await lose(t);
            await t.EndAsync(receive);
            await AfterAsync(t);
        }, """
            receive: WebSocketException ConnectionClosedPrematurely | Aborted
            properties: Aborted, no status null, protocol null
            receive: WebSocketException InvalidState | Aborted
            send: WebSocketException InvalidState | Aborted
            close output: WebSocketException InvalidState | Aborted
            close: WebSocketException InvalidState | Aborted
            """),
        .. Both("while a receive of an array segment waits", async (t, lose) =>
        {
            Trial.Running receive = Trial.Begin("receive", () => t.Socket.ReceiveAsync(new ArraySegment<byte>(new byte[8]), default));
            await lose(t);
            await t.EndAsync(receive);
        }, "receive: WebSocketException ConnectionClosedPrematurely | Aborted"),
        .. Both("while a zero-byte receive waits", async (t, lose) =>
        {
            Trial.Running receive = t.BeginReceive(0);
            await lose(t);
            await t.EndAsync(receive);
        }, "receive: WebSocketException ConnectionClosedPrematurely | Aborted"),
        .. Both("between two fragments", async (t, lose) =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one", fin: false));
            await t.ReceiveAsync();
            await lose(t);
            await t.ReceiveAsync();
            t.Properties();
        }, """
            receive: Text 'one' more | Open
            receive: WebSocketException ConnectionClosedPrematurely | Aborted
            properties: Aborted, no status null, protocol null
            """),
        .. Both("inside a frame", async (t, lose) =>
        {
            await t.Peer.SendAsync(t.Frame(1, "hello").AsMemory(..^2));
            await t.ReceiveAsync(3);
            await lose(t);
            await t.ReceiveAsync();
            t.Properties();
        }, """
            receive: Text 'hel' more | Open
            receive: WebSocketException ConnectionClosedPrematurely | Aborted
            properties: Aborted, no status null, protocol null
            """),
        .. Both("inside a header", async (t, lose) =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one"), [0x81]);
            await t.ReceiveAsync();
            await lose(t);
            await t.ReceiveAsync();
        }, """
            receive: Text 'one' end | Open
            receive: WebSocketException ConnectionClosedPrematurely | Aborted
            """),
        .. Both("inside a close frame", async (t, lose) =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one"), t.Frame(8, RawFrame.CloseBody(1000))[..^1]);
            await t.ReceiveAsync();
            await lose(t);
            await t.ReceiveAsync();
            t.Properties();
        }, """
            receive: Text 'one' end | Open
            receive: WebSocketException ConnectionClosedPrematurely | Aborted
            properties: Aborted, no status null, protocol null
            """),
        .. Both("in CloseSent", async (t, lose) =>
        {
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            await lose(t);
            await t.ReceiveAsync();
            t.Properties();
        }, """
            close output: done | CloseSent
            peer: Close 1000 'mine'
            receive: WebSocketException ConnectionClosedPrematurely | Aborted
            properties: Aborted, no status null, protocol null
            """),
        .. Both("while CloseAsync waits", async (t, lose) =>
        {
            Trial.Running close = t.BeginClose();
            await t.PeerReadsAsync();
            await lose(t);
            await t.EndAsync(close);
            t.Properties();
        }, """
            peer: Close 1000 'mine'
            close: WebSocketException ConnectionClosedPrematurely | Aborted
            properties: Aborted, no status null, protocol null
            """),
        .. Both("in CloseReceived: the answer", async (t, lose) =>
        {
            await t.Peer.SendCloseAsync(4000, "bye");
            await t.ReceiveAsync();
            await lose(t);
            await t.CloseOutputAsync();
            t.Properties();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            close output: done | Closed
            properties: Closed, 4000 'bye', protocol null
            """, reset: false),
        new("a FIN does not stop what we send", async t =>
        {
            await t.Peer.HalfCloseAsync();
            await t.SendAsync("hello");
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            peer: Text 'hello'
            """) { For = subject => subject.Name.StartsWith("memory", StringComparison.Ordinal) || subject.Name.StartsWith("TCP", StringComparison.Ordinal) },
        new("messages before the FIN are delivered", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one"), t.Frame(2, "two"));
            await t.Peer.HalfCloseAsync();
            await t.ReceiveAsync();
            await t.ReceiveAsync();
            await t.ReceiveAsync();
        }, """
            receive: Text 'one' end | Open
            receive: Binary 'two' end | Open
            receive: WebSocketException ConnectionClosedPrematurely | Aborted
            """) { For = subject => !subject.Name.Contains("HTTP/2", StringComparison.Ordinal) },
        new("a reset ends a send that waits", async t =>
        {
            Trial.Running send = t.BeginSend(Trial.Huge);
            t.Peer.Reset();
            await t.EndAsync(send);
            await t.ReceiveAsync();
            t.Properties();
        }, """
            send: WebSocketException ConnectionClosedPrematurely | Open
            receive: WebSocketException ConnectionClosedPrematurely | Aborted
            properties: Aborted, no status null, protocol null
            """)
        {
            Otherwise = [new(subject => subject.IsKestrels, "Kestrel takes what is written to a connection that was aborted, and drops it", """
                send: done | Open
                receive: WebSocketException ConnectionClosedPrematurely | Aborted
                properties: Aborted, no status null, protocol null
                """)],
        },
        new("a dispose after a loss", async t =>
        {
            await t.Peer.HalfCloseAsync();
            await t.ReceiveAsync();
            t.Dispose();
            t.Properties();
        }, """
            receive: WebSocketException ConnectionClosedPrematurely | Aborted
            dispose: done | Aborted
            properties: Aborted, no status null, protocol null
            """),
    ];

    private static async Task AfterAsync(Trial t)
    {
        t.Properties();
        await t.ReceiveAsync();
        await t.SendAsync("late");
        await t.CloseOutputAsync();
        await t.CloseAsync();
    }

    private static IEnumerable<ContractCase> Both(string when, Func<Trial, Func<Trial, Task>, Task> act, string seen, bool reset = true)
    {
        yield return new ContractCase($"FIN {when}", t => act(t, one => one.Peer.HalfCloseAsync()), seen);
        if (!reset) yield break;
        yield return new ContractCase($"RST {when}", t => act(t, one =>
        {
            one.Peer.Reset();
            return Task.CompletedTask;
        }), seen);
    }
}
