using System.IO.Compression;
using System.Text;
using Cierre.SystemNet.Tests.Contract;
using Cierre.SystemNet.Tests.Subjects;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>Connections with permessage-deflate, agreed on with its defaults. RFC 7692.</summary>
public sealed class CompressionTests : ContractSuite<CompressionTests>, IContractCases
{
    private static readonly string Long = string.Concat(Enumerable.Repeat("a text that compresses well; ", 200));

    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        Compressed("a compressed message is received", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, Deflate("hello"), rsv: 4));
            await t.ReceiveAsync();
        }, "receive: Text 'hello' end | Open"),
        Compressed("a compressed message in pieces", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, Deflate("hello"), rsv: 4));
            await t.ReceiveAsync(2);
            await t.ReceiveAsync(2);
            await t.ReceiveAsync(2);
        }, """
            receive: Text 'he' more | Open
            receive: Text 'll' more | Open
            receive: Text 'o' end | Open
            """),
        Compressed("a compressed message and a buffer exactly as large", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, Deflate("hello"), rsv: 4), t.Frame(1, "plain"));
            await ReceiveToEndAsync(t, 5);
            await t.ReceiveAsync();
        }, """
            receive whole: Text 'hello' end | Open
            receive: Text 'plain' end | Open
            """),
        Compressed("a compressed message in fragments", async t =>
        {
            byte[] whole = Deflate("hello");
            await t.PeerSendsAsync(t.Frame(1, whole[..2], fin: false, rsv: 4), t.Frame(0, whole[2..]));
            await ReceiveToEndAsync(t, 64);
        }, "receive whole: Text 'hello' end | Open"),
        Compressed("a zero-byte receive before a compressed message", async t =>
        {
            Trial.Running receive = t.BeginReceive(0);
            await t.PeerPingsAsync();
            t.Waits(receive);
            await t.PeerSendsAsync(t.Frame(1, Deflate("hello"), rsv: 4));
            await t.EndAsync(receive);
            await t.ReceiveAsync();
        }, """
            peer: Pong 'ping'
            receive: waits | Open
            receive: Text '' more | Open
            receive: Text 'hello' end | Open
            """),
        Compressed("a message that is not compressed is received too", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "plain"), t.Frame(1, Deflate("hello"), rsv: 4));
            await t.ReceiveAsync();
            await t.ReceiveAsync();
        }, """
            receive: Text 'plain' end | Open
            receive: Text 'hello' end | Open
            """),
        Compressed("a compressed message of no bytes", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, [0], rsv: 4), t.Frame(1, Deflate("next"), rsv: 4));
            await ReceiveToEndAsync(t, 64);
            await ReceiveToEndAsync(t, 64);
        }, """
            receive whole: Text '' end | Open
            receive whole: Text 'next' end | Open
            """),
        Compressed("a compressed message of 200,000 bytes", async t =>
        {
            await t.PeerSendsAsync(t.Frame(2, Deflate(new string('x', 200_000)), rsv: 4));
            await t.ReceiveWholeAsync();
        }, "receive whole: Binary 200000 bytes end | Open"),
        Compressed("compressed bytes that are no DEFLATE", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, [0xFF, 0xFF, 0xFF, 0xFF], rsv: 4));
            await t.ReceiveAsync();
            t.Properties();
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            receive: WebSocketException Success | Aborted
            properties: Aborted, no status null, protocol null
            dispose: done | Aborted
            peer: end
            """, ours: Difference.Of("violation", """
            receive: WebSocketException Faulted | Aborted
            properties: Aborted, no status null, protocol null
            dispose: done | Aborted
            peer: Close 1007 in words
            peer: end
            """)),
        Compressed("text that is not UTF-8, compressed", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, Deflate([0xC0, 0xAF]), rsv: 4));
            await t.ReceiveAsync();
            t.Properties();
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            receive: WebSocketException Faulted | Aborted
            properties: Aborted, no status null, protocol null
            dispose: done | Aborted
            peer: Close 1007 ''
            peer: end
            """, aborts: true, ours: Difference.Violation),
        Compressed("RSV1 of a continuation", async t =>
        {
            byte[] whole = Deflate("hello");
            await t.PeerSendsAsync(t.Frame(1, whole[..2], fin: false, rsv: 4), t.Frame(0, whole[2..], rsv: 4));
            await ReceiveToEndAsync(t, 64);
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            receive whole: WebSocketException Faulted | Aborted
            dispose: done | Aborted
            peer: Close 1002 ''
            peer: end
            """, aborts: true, ours: Difference.Violation),
        Compressed("RSV1 of a ping where messages are compressed", async t =>
        {
            await t.PeerSendsAsync(t.Frame(9, "x", rsv: 4), t.Frame(1, "hello"));
            await t.ReceiveAsync();
            t.DisposeAndLeave();
            await t.PeerReadsToEndAsync();
        }, """
            receive: Text 'hello' end | Open
            dispose: done | Closed
            peer: Pong 'x'
            peer: end
            """, ours: Difference.Of("violation", """
            receive: WebSocketException Faulted | Aborted
            dispose: done | Aborted
            peer: Close 1002 in words
            peer: end
            """)),
        Compressed("a long message is sent compressed", async t =>
        {
            await t.SendAsync(Long);
            await PeerInflatesAsync(t);
        }, """
            send: done | Open
            peer: compressed, 5800 bytes, whole
            """),
        Compressed("DisableCompression sends it plain", async t =>
        {
            await t.SendFlagsAsync(Long, WebSocketMessageFlags.EndOfMessage | WebSocketMessageFlags.DisableCompression);
            await PeerInflatesAsync(t);
        }, """
            send: done | Open
            peer: plain, 5800 bytes, whole
            """),
        Compressed("DisableCompression of the first piece holds for the whole message", async t =>
        {
            await t.SendFlagsAsync(Long, WebSocketMessageFlags.DisableCompression);
            await t.SendFlagsAsync(Long, WebSocketMessageFlags.EndOfMessage | WebSocketMessageFlags.DisableCompression);
            await PeerInflatesAsync(t);
        }, """
            send: done | Open
            send: done | Open
            peer: plain, 11600 bytes, whole
            """),
        Compressed("DisableCompression of the last piece alone", async t =>
        {
            await t.SendFlagsAsync(Long, WebSocketMessageFlags.None);
            await t.SendFlagsAsync(Long, WebSocketMessageFlags.EndOfMessage | WebSocketMessageFlags.DisableCompression);
            t.State();
        }, """
            send: done | Open
            send: ArgumentException | Open
            state: Open
            """),
        Compressed("DisableCompression of the first piece alone", async t =>
        {
            await t.SendFlagsAsync(Long, WebSocketMessageFlags.DisableCompression);
            await t.SendFlagsAsync(Long, WebSocketMessageFlags.EndOfMessage);
            t.State();
        }, """
            send: done | Open
            send: ArgumentException | Open
            state: Open
            """),
        Compressed("a message sent in pieces is compressed as one", async t =>
        {
            await t.SendAsync(Long, end: false);
            await t.SendAsync(Long);
            await PeerInflatesAsync(t);
        }, """
            send: done | Open
            send: done | Open
            peer: compressed, 11600 bytes, whole
            """),
        Compressed("a compressed message of ours that is plain, and then one that is not", async t =>
        {
            await t.SendFlagsAsync(Long, WebSocketMessageFlags.EndOfMessage | WebSocketMessageFlags.DisableCompression);
            await PeerInflatesAsync(t);
            await t.SendAsync(Long);
            await PeerInflatesAsync(t);
        }, """
            send: done | Open
            peer: plain, 5800 bytes, whole
            send: done | Open
            peer: compressed, 5800 bytes, whole
            """),
        Compressed("the close frame is never compressed", async t =>
        {
            await t.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, new string('x', 123));
            await t.PeerReadsAsync();
        }, """
            close output: done | CloseSent
            peer: Close 1000 123 bytes
            """),
    ];

    private static ContractCase Compressed(string name, Func<Trial, Task> act, string seen, bool aborts = false, Difference? ours = null) =>
        new(name, act, seen) { Setup = new Setup { Compressed = true }, AbortsBehindCloseFrame = aborts, Ours = ours };

    /// <summary>Notes one message of ours as the peer understands it, and whether it was compressed, in however many frames.</summary>
    private static async Task PeerInflatesAsync(Trial t)
    {
        RawFrame frame = await t.Peer.ReadFrameAsync();
        bool compressed = frame.Rsv == 4;
        List<byte> bytes = [.. frame.Payload];
        while (!frame.Fin) bytes.AddRange((frame = await t.Peer.ReadFrameAsync()).Payload);
        string text = Encoding.UTF8.GetString(compressed ? Inflate([.. bytes]) : [.. bytes]);
        string how = !compressed ? "plain" : bytes.Count < text.Length ? "compressed" : "compressed to more";
        bool isWhole = text.Replace(Long, "", StringComparison.Ordinal).Length == 0;
        t.See($"peer: {how}, {text.Length} bytes, {(isWhole ? "whole" : "damaged")}");
    }

    /// <summary>Receives to the end of a message and notes it as one; where an empty piece stands before the end is the implementation's affair.</summary>
    private static Task ReceiveToEndAsync(Trial t, int size) => t.ReceiveWholeAsync(size);

    private static byte[] Deflate(string text) => Deflate(Encoding.UTF8.GetBytes(text));

    /// <summary>A message as a peer compresses it: flushed, without the last four bytes. RFC 7692 7.2.1.</summary>
    private static byte[] Deflate(byte[] payload)
    {
        using var output = new MemoryStream();
        using var deflate = new DeflateStream(output, CompressionLevel.Optimal);
        deflate.Write(payload);
        deflate.Flush();
        return output.ToArray()[..^4];
    }

    private static byte[] Inflate(byte[] compressed)
    {
        using var inflate = new DeflateStream(new MemoryStream([.. compressed, 0, 0, 0xFF, 0xFF]), CompressionMode.Decompress);
        using var output = new MemoryStream();
        inflate.CopyTo(output);
        return output.ToArray();
    }
}
