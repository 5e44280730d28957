using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>Pings and pongs, beside and between messages.</summary>
public sealed class ControlFrameTests : ContractSuite<ControlFrameTests>, IContractCases
{
    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        new("control frames between fragments are answered and not seen", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one", fin: false));
            await t.ReceiveAsync();
            await t.PeerSendsAsync(t.Frame(9, "p1"), t.Frame(0, "two", fin: false));
            await t.ReceiveAsync();
            await t.PeerSendsAsync(t.Frame(10, "odd"), t.Frame(9, ""), t.Frame(0, "end"));
            await t.ReceiveAsync();
            await t.PeerReadsAsync();
            await t.PeerReadsAsync();
        }, """
            receive: Text 'one' more | Open
            receive: Text 'two' more | Open
            receive: Text 'end' end | Open
            peer: Pong 'p1'
            peer: Pong ''
            """),
        new("a ping is answered during a receive", async t =>
        {
            Trial.Running receive = t.BeginReceive();
            await t.PeerPingsAsync("are you there?");
            t.Waits(receive);
            await t.Peer.SendTextAsync("hello");
            await t.EndAsync(receive);
        }, """
            peer: Pong 'are you there?'
            receive: waits | Open
            receive: Text 'hello' end | Open
            """),
        new("a ping of no bytes and one of 125 bytes are answered alike", async t =>
        {
            Trial.Running receive = t.BeginReceive();
            await t.PeerPingsAsync("");
            await t.PeerPingsAsync(new string('x', 125));
            await t.Peer.SendTextAsync("hello");
            await t.EndAsync(receive);
        }, """
            peer: Pong ''
            peer: Pong 125 bytes
            receive: Text 'hello' end | Open
            """),
        new("a ping without a receive is not answered", async t =>
        {
            await t.Peer.SendFrameAsync(9, "ping"u8.ToArray());
            await t.SendAsync("hello");
            await t.PeerReadsAsync();
        }, """
            send: done | Open
            peer: Text 'hello'
            """) { For = subject => !subject.IsOurs },
        new("a ping without a receive is answered by ours", async t =>
        {
            await t.Peer.SendFrameAsync(9, "ping"u8.ToArray());
            await t.PeerReadsAsync();
        }, "peer: nothing") { For = subject => subject.IsOurs, Ours = Difference.Of("pongs", "peer: Pong 'ping'") },
        new("a pong that nobody asked for is not seen", async t =>
        {
            await t.PeerSendsAsync(t.Frame(10, "odd"), t.Frame(1, "hello"));
            await t.ReceiveAsync();
        }, "receive: Text 'hello' end | Open"),
        new("a ping in CloseSent during a receive", async t =>
        {
            await t.CloseOutputAsync();
            await t.PeerReadsAsync();
            Trial.Running receive = t.BeginReceive();
            await t.Peer.SendFrameAsync(9, "ping"u8.ToArray());
            await t.Peer.SendTextAsync("hello");
            await t.EndAsync(receive);
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            close output: done | CloseSent
            peer: Close 1000 'mine'
            receive: Text 'hello' end | CloseSent
            receive: Close 4000 'bye', 0 bytes end | Closed
            dispose: done | Closed
            peer: Pong 'ping'
            peer: end
            """),
    ];
}
