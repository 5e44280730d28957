using Cierre.SystemNet.Tests.Contract;
using Cierre.SystemNet.Tests.Subjects;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>Keep-alives of the socket's own. Their times are real: the abstract class has no clock.</summary>
public sealed class KeepAliveTests : ContractSuite<KeepAliveTests>, IContractCases
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    // The receive has begun by then.
    private static readonly TimeSpan Patient = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        new("an interval of zero sends nothing", async t =>
        {
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveAsync();
            await t.SendAsync("hello");
            await t.PeerReadsAsync();
        }, """
            receive: Text 'hello' end | Open
            send: done | Open
            peer: Text 'hello'
            """),
        new("an interval without a timeout sends pongs that nobody asked for", async t =>
        {
            RawFrame frame = await t.Peer.ReadFrameAsync();
            t.See($"peer: opcode {frame.Opcode}");
        }, "peer: opcode 10") { Setup = new() { KeepAliveInterval = Short }, Ours = Difference.Of("keep-alive", "peer: opcode 9") },
        new("an interval with a timeout sends pings", async t =>
        {
            RawFrame frame = await t.Peer.ReadFrameAsync();
            t.See($"peer: opcode {frame.Opcode}");
        }, "peer: opcode 9") { Setup = new() { KeepAliveInterval = Short, KeepAliveTimeout = TimeSpan.FromMinutes(1) } },
        new("a ping that is not answered ends the connection", async t =>
        {
            await t.ReceiveAsync();
            t.Properties();
        }, """
            receive: OperationCanceledException | Aborted
            properties: Aborted, no status null, protocol null
            """) { Setup = new() { KeepAliveInterval = Short, KeepAliveTimeout = Patient }, Ours = Difference.Of("keep-alive", """
            receive: WebSocketException ConnectionClosedPrematurely | Aborted
            properties: Aborted, no status null, protocol null
            """) },
    ];
}
