using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>Receives into no bytes: they wait for data, and take nothing of it.</summary>
public sealed class ZeroByteReceiveTests : ContractSuite<ZeroByteReceiveTests>, IContractCases
{
    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        new("a zero-byte receive waits for data, takes nothing and is not the end", async t =>
        {
            Trial.Running receive = t.BeginReceive(0);
            await t.PeerPingsAsync();
            t.Waits(receive);
            await t.Peer.SendTextAsync("hello");
            await t.EndAsync(receive);
            await t.ReceiveAsync();
        }, """
            peer: Pong 'ping'
            receive: waits | Open
            receive: Text '' more | Open
            receive: Text 'hello' end | Open
            """),
        new("a zero-byte receive of an array segment waits too", async t =>
        {
            Trial.Running receive = Trial.Begin("receive", async () =>
            {
                WebSocketReceiveResult result = await t.Socket.ReceiveAsync(ArraySegment<byte>.Empty, CancellationToken.None);
                return $"{result.MessageType} {result.Count} {result.EndOfMessage}";
            });
            await t.PeerPingsAsync();
            t.Waits(receive);
            await t.Peer.SendTextAsync("hello");
            await t.EndAsync(receive);
            await t.ReceiveSegmentAsync();
        }, """
            peer: Pong 'ping'
            receive: waits | Open
            receive: Text 0 False | Open
            receive segment: Text 'hello' end | Open
            """),
        new("a zero-byte receive returns at once where data waits, as often as it is called", async t =>
        {
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveAsync(0);
            await t.ReceiveAsync(0);
            await t.ReceiveAsync(2);
            await t.ReceiveAsync(0);
            await t.ReceiveAsync();
        }, """
            receive: Text '' more | Open
            receive: Text '' more | Open
            receive: Text 'he' more | Open
            receive: Text '' more | Open
            receive: Text 'llo' end | Open
            """),
        new("a zero-byte receive says what the message is", async t =>
        {
            await t.Peer.SendFrameAsync(2, "hello"u8.ToArray());
            await t.ReceiveAsync(0);
            await t.ReceiveAsync();
        }, """
            receive: Binary '' more | Open
            receive: Binary 'hello' end | Open
            """),
        new("a zero-byte receive inside a message waits for its next fragment", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one", fin: false));
            await t.ReceiveAsync();
            Trial.Running receive = t.BeginReceive(0);
            await t.PeerPingsAsync();
            t.Waits(receive);
            await t.PeerSendsAsync(t.Frame(0, "two"));
            await t.EndAsync(receive);
            await t.ReceiveAsync();
        }, """
            receive: Text 'one' more | Open
            peer: Pong 'ping'
            receive: waits | Open
            receive: Text '' more | Open
            receive: Text 'two' end | Open
            """),
        new("a zero-byte receive meets the peer's close", async t =>
        {
            Trial.Running receive = t.BeginReceive(0);
            await t.PeerClosesAsync(4000, "bye");
            await t.EndAsync(receive);
            t.Properties();
            await t.ReceiveAsync();
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            properties: CloseReceived, 4000 'bye', protocol null
            receive: WebSocketException InvalidState | CloseReceived
            """),
        new("a zero-byte receive meets a message of no bytes", async t =>
        {
            Trial.Running receive = t.BeginReceive(0);
            await t.Peer.SendTextAsync("");
            await t.EndAsync(receive);
            await t.Peer.SendTextAsync("next");
            await t.ReceiveAsync();
        }, """
            receive: Text '' end | Open
            receive: Text 'next' end | Open
            """),
        new("a zero-byte receive meets an empty fragment that is not the end", async t =>
        {
            Trial.Running receive = t.BeginReceive(0);
            await t.PeerSendsAsync(t.Frame(1, "", fin: false), t.Frame(0, "end"));
            await t.EndAsync(receive);
            await t.ReceiveAsync();
        }, """
            receive: Text '' more | Open
            receive: Text 'end' end | Open
            """),
        new("a zero-byte receive meets the end of the stream", async t =>
        {
            Trial.Running receive = t.BeginReceive(0);
            await t.Peer.HalfCloseAsync();
            await t.EndAsync(receive);
        }, "receive: WebSocketException ConnectionClosedPrematurely | Aborted"),
    ];
}
