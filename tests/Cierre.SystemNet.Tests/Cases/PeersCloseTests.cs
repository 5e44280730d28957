using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>The peer closes first: what its frame says, what may be done before ours, and the answer by hand.</summary>
public sealed class PeersCloseTests : ContractSuite<PeersCloseTests>, IContractCases
{
    private static readonly int[] Codes =
        [0, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 1016, 1999, 2999, 3000, 4999, 5000, 65535];

    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        .. Codes.Select(WithCode),
        new("an empty close frame reads NormalClosure and no text", async t =>
        {
            await t.PeerClosesAsync(null);
            await t.ReceiveAsync();
            t.Properties();
        }, """
            receive: Close NormalClosure '', 0 bytes end | CloseReceived
            properties: CloseReceived, NormalClosure '', protocol null
            """),
        new("an empty close frame in the result of an array segment", async t =>
        {
            await t.PeerClosesAsync(null);
            await t.ReceiveSegmentAsync();
        }, "receive segment: Close NormalClosure '', 0 bytes end, result NormalClosure '' | CloseReceived"),
        new("a close frame of a code alone has an empty description", async t =>
        {
            await t.PeerClosesAsync(4000);
            await t.ReceiveSegmentAsync();
            t.Properties();
        }, """
            receive segment: Close 4000 '', 0 bytes end, result 4000 '' | CloseReceived
            properties: CloseReceived, 4000 '', protocol null
            """),
        new("a reason of 123 bytes is read whole", async t =>
        {
            await t.PeerClosesAsync(4000, new string('x', 123));
            await t.ReceiveAsync();
            t.See($"description: {t.Socket.CloseStatusDescription?.Length} characters");
        }, """
            receive: Close 4000 123 characters, 0 bytes end | CloseReceived
            description: 123 characters
            """),
        new("a reason of other characters than ASCII", async t =>
        {
            await t.PeerClosesAsync(4000, "adiós €");
            await t.ReceiveAsync();
            t.See($"description: {t.Socket.CloseStatusDescription}");
        }, """
            receive: Close 4000 'adiós €', 0 bytes end | CloseReceived
            description: adiós €
            """),
        new("the peer's close is not answered by itself, and one may still send", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            await t.SendAsync("one more");
            await t.SendAsync("and", end: false);
            await t.SendAsync("another");
            await t.PeerReadsAsync();
            await t.PeerReadsAsync();
            await t.PeerReadsAsync();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            send: done | CloseReceived
            send: done | CloseReceived
            send: done | CloseReceived
            peer: Text 'one more'
            peer: Text 'and' more
            peer: Continuation 'another'
            """),
        new("the peer's close is answered with a code of one's own, and its own code stays", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            await t.SendAsync("one more");
            await t.CloseOutputAsync((WebSocketCloseStatus)4321, "understood");
            t.Properties();
            await t.PeerReadsAsync();
            await t.PeerReadsAsync();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            send: done | CloseReceived
            close output: done | Closed
            properties: Closed, 4000 'bye', protocol null
            peer: Text 'one more'
            peer: Close 4321 'understood'
            """),
        new("CloseAsync answers the peer's close and returns", async t =>
        {
            await t.PeerClosesAsync(1000, "bye");
            await t.ReceiveAsync();
            await t.CloseAsync((WebSocketCloseStatus)4321, "understood");
            t.Properties();
            await t.PeerReadsAsync();
        }, """
            receive: Close NormalClosure 'bye', 0 bytes end | CloseReceived
            close: done | Closed
            properties: Closed, NormalClosure 'bye', protocol null
            peer: Close 4321 'understood'
            """),
        new("the peer's close is answered with an empty frame", async t =>
        {
            await t.PeerClosesAsync(1000, "bye");
            await t.ReceiveAsync();
            await t.CloseOutputAsync(WebSocketCloseStatus.Empty, null);
            t.Properties();
            await t.PeerReadsAsync();
        }, """
            receive: Close NormalClosure 'bye', 0 bytes end | CloseReceived
            close output: done | Closed
            properties: Closed, NormalClosure 'bye', protocol null
            peer: Close 1005 ''
            """) { Ours = Difference.Of("close-codes", """
            receive: Close NormalClosure 'bye', 0 bytes end | CloseReceived
            close output: done | Closed
            properties: Closed, NormalClosure 'bye', protocol null
            peer: Close empty
            """) },
        new("the stream ends once both close frames are through", async t =>
        {
            await t.PeerClosesAsync(1000, "bye");
            await t.ReceiveAsync();
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            t.Leave();
            await t.PeerReadsToEndAsync();
        }, """
            receive: Close NormalClosure 'bye', 0 bytes end | CloseReceived
            close output: done | Closed
            peer: Close 1000 'mine'
            peer: end
            """) { For = subject => subject.IsServer },
        new("a client waits for the server to end the stream", async t =>
        {
            await t.PeerClosesAsync(1000, "bye");
            await t.ReceiveAsync();
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            t.Dispose();
            await t.PeerReadsToEndAsync();
            t.Properties();
        }, """
            receive: Close NormalClosure 'bye', 0 bytes end | CloseReceived
            close output: done | Closed
            peer: Close 1000 'mine'
            dispose: done | Closed
            peer: end
            properties: Closed, NormalClosure 'bye', protocol null
            """) { For = subject => !subject.IsServer },
        new("the peer ends the stream behind its close; the answer is no error", async t =>
        {
            await t.Peer.SendCloseAsync(4000, "bye");
            await t.Peer.HalfCloseAsync();
            await t.ReceiveAsync();
            await t.CloseOutputAsync();
            t.Properties();
            await t.PeerReadsAsync();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            close output: done | Closed
            properties: Closed, 4000 'bye', protocol null
            peer: Close 1000 'mine'
            """) { For = subject => !subject.Name.Contains("Kestrel", StringComparison.Ordinal) },
        new("a dispose without an answer", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            dispose: done | Closed
            peer: end
            """) { Ours = Difference.Of("answer", """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            dispose: done | Closed
            peer: Close 4000 ''
            peer: end
            """) },
        new("an answer that never comes", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            t.PassCloseTimeout();
            t.State();
            await t.SendAsync("late");
            await t.PeerReadsAsync();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            state: CloseReceived
            send: done | CloseReceived
            peer: Text 'late'
            """) { For = subject => !subject.IsOurs || subject.HasClock, Ours = Difference.Of("answer", """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            state: Closed
            send: WebSocketException InvalidState | Closed
            peer: Close 4000 ''
            """) },
        new("an answer that comes late", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            t.PassCloseTimeout();
            await t.CloseOutputAsync((WebSocketCloseStatus)4321, "understood");
            t.Properties();
            await t.PeerReadsAsync();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            close output: done | Closed
            properties: Closed, 4000 'bye', protocol null
            peer: Close 4321 'understood'
            """) { For = subject => !subject.IsOurs || subject.HasClock, Ours = Difference.Of("answer", """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            close output: WebSocketException InvalidState | Closed
            properties: Closed, 4000 'bye', protocol null
            peer: Close 4000 ''
            """) },
        new("a close that waits unread while we close: CloseOutputAsync", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            await t.ReceiveAsync();
            t.Properties();
        }, """
            close output: done | CloseSent
            peer: Close 1000 'mine'
            receive: Close 4000 'bye', 0 bytes end | Closed
            properties: Closed, 4000 'bye', protocol null
            """),
        new("a close that waits unread while we close: CloseAsync", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.CloseAsync();
            t.Properties();
            await t.PeerReadsAsync();
        }, """
            close: done | Closed
            properties: Closed, 4000 'bye', protocol null
            peer: Close 1000 'mine'
            """),
        new("a second close frame of the peer is never read", async t =>
        {
            await t.PeerSendsAsync(t.Frame(8, RawFrame.CloseBody(4000)), t.Frame(8, RawFrame.CloseBody(4001)));
            await t.PeerLeavesAsync();
            await t.ReceiveAsync();
            await t.ReceiveAsync();
            await t.CloseOutputAsync();
            t.Properties();
        }, """
            receive: Close 4000 '', 0 bytes end | CloseReceived
            receive: WebSocketException InvalidState | CloseReceived
            close output: done | Closed
            properties: Closed, 4000 '', protocol null
            """),
    ];

    private static ContractCase WithCode(int code) => new($"the peer closes with {code}", async t =>
    {
        await t.PeerClosesAsync(code, "bye");
        await t.ReceiveAsync();
        t.Properties();
        await t.CloseOutputAsync((WebSocketCloseStatus)4321);
        await t.PeerReadsAsync();
    }, SeenOf(code)) { Ours = IsTaken(code) ? null : Difference.Violation };

    private static bool IsTaken(int code) => code is >= 1000 and <= 1003 or >= 1007 and <= 1014 or >= 3000 and <= 4999;

    private static string SeenOf(int code) => IsTaken(code)
        ? $"""
            receive: Close {(WebSocketCloseStatus)code} 'bye', 0 bytes end | CloseReceived
            properties: CloseReceived, {(WebSocketCloseStatus)code} 'bye', protocol null
            close output: done | Closed
            peer: Close 4321 'mine'
            """
        : """
            receive: WebSocketException Faulted | Closed
            properties: Closed, no status null, protocol null
            close output: WebSocketException InvalidState | Closed
            peer: Close 1002 ''
            """;
}
