using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>What our close frame may say: every status, and every description.</summary>
public sealed class CloseWordsTests : ContractSuite<CloseWordsTests>, IContractCases
{
    private static readonly int[] Codes =
    [
        -1, 0, 999, 1000, 1001, 1002, 1003, 1004, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 1016, 1999, 2999, 3000, 4999,
        5000, 65535, 65536,
    ];

    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        .. Codes.Select(WithCode),
        new("Empty without text", async t =>
        {
            await t.CloseOutputAsync(WebSocketCloseStatus.Empty, null);
            await t.PeerReadsAsync();
        }, """
            close output: done | CloseSent
            peer: Close 1005 ''
            """) { Ours = Difference.Of("close-codes", """
            close output: done | CloseSent
            peer: Close empty
            """) },
        new("Empty with an empty text", async t =>
        {
            await t.CloseOutputAsync(WebSocketCloseStatus.Empty, "");
            await t.PeerReadsAsync();
        }, """
            close output: done | CloseSent
            peer: Close 1005 ''
            """) { Ours = Difference.Of("close-codes", """
            close output: done | CloseSent
            peer: Close empty
            """) },
        new("Empty with a text is refused", async t =>
        {
            await t.CloseOutputAsync(WebSocketCloseStatus.Empty, "text");
            await t.CloseAsync(WebSocketCloseStatus.Empty, "text");
            await t.SendAsync("still open");
            await t.PeerReadsAsync();
        }, """
            close output: ArgumentException | Open
            close: ArgumentException | Open
            send: done | Open
            peer: Text 'still open'
            """),
        new("a status without a text", async t =>
        {
            await t.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null);
            await t.PeerReadsAsync();
        }, """
            close output: done | CloseSent
            peer: Close 1001 ''
            """),
        new("a status with an empty text", async t =>
        {
            await t.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "");
            await t.PeerReadsAsync();
        }, """
            close output: done | CloseSent
            peer: Close 1001 ''
            """),
        new("a text of 123 bytes is sent whole", async t =>
        {
            await t.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, new string('x', 123));
            await t.PeerReadsAsync();
        }, """
            close output: done | CloseSent
            peer: Close 1000 123 bytes
            """),
        new("a text of 124 bytes is refused", async t =>
        {
            await t.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, new string('x', 124));
            await t.CloseAsync(WebSocketCloseStatus.NormalClosure, new string('x', 124));
            await t.SendAsync("still open");
            await t.PeerReadsAsync();
        }, """
            close output: ArgumentException | Open
            close: ArgumentException | Open
            send: done | Open
            peer: Text 'still open'
            """),
        new("a text of 123 bytes in 62 characters is sent whole", async t =>
        {
            await t.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, new string('é', 61) + "x");
            await t.PeerReadsAsync();
        }, """
            close output: done | CloseSent
            peer: Close 1000 123 bytes
            """),
        new("a text of 124 bytes in 62 characters is refused", async t =>
        {
            await t.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, new string('é', 62));
            await t.SendAsync("still open");
            await t.PeerReadsAsync();
        }, """
            close output: ArgumentException | Open
            send: done | Open
            peer: Text 'still open'
            """),
        new("half a surrogate pair in the text", async t =>
        {
            await t.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "\ud800");
            await t.SendAsync("still open");
            await t.PeerReadsAsync();
        }, """
            close output: EncoderFallbackException | Open
            send: done | Open
            peer: Text 'still open'
            """),
        new("a text that is too long once closed", async t =>
        {
            await t.PeerClosesAsync(4000, "bye");
            await t.ReceiveAsync();
            await t.CloseAsync();
            await t.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, new string('x', 124));
            await t.CloseAsync(WebSocketCloseStatus.Empty, "text");
        }, """
            receive: Close 4000 'bye', 0 bytes end | CloseReceived
            close: done | Closed
            close output: ArgumentException | Closed
            close: ArgumentException | Closed
            """),
    ];

    private static ContractCase WithCode(int code) => new($"we close with {code}", async t =>
    {
        await t.CloseOutputAsync((WebSocketCloseStatus)code);
        await t.SendAsync("barrier");
        await t.PeerReadsAsync();
    }, SeenOf(code)) { Ours = OursOf(code) };

    private static Difference? OursOf(int code) => code switch
    {
        -1 or 1004 or 1016 or 1999 or 2999 or >= 5000 => Difference.CloseCodes,
        1010 => Difference.CloseCodesOfServer,
        _ => null,
    };

    private static string SeenOf(int code) => code is 0 or 999 or 1006 or 1015
        ? """
            close output: ArgumentException | Open
            send: done | Open
            peer: Text 'barrier'
            """
        : $"""
            close output: done | CloseSent
            send: WebSocketException InvalidState | CloseSent
            peer: Close {(ushort)code} 'mine'
            """;
}
