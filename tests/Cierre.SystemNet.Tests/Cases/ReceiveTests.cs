using Cierre.SystemNet.Tests.Contract;

namespace Cierre.SystemNet.Tests.Cases;

/// <summary>Receiving: whole messages, pieces, and the borders between them.</summary>
public sealed class ReceiveTests : ContractSuite<ReceiveTests>, IContractCases
{
    /// <inheritdoc/>
    public static IReadOnlyList<ContractCase> Cases { get; } =
    [
        new("text into memory", async t =>
        {
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveAsync();
        }, "receive: Text 'hello' end | Open"),
        new("text into an array segment, and nothing beside it", async t =>
        {
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveSegmentAsync();
        }, "receive segment: Text 'hello' end | Open"),
        new("binary into memory", async t =>
        {
            await t.Peer.SendFrameAsync(2, new byte[] { 0, 255, 128, 1 });
            await t.ReceiveAsync();
        }, "receive: Binary 00FF8001 end | Open"),
        new("binary into an array segment", async t =>
        {
            await t.Peer.SendFrameAsync(2, new byte[] { 0, 255, 128, 1 });
            await t.ReceiveSegmentAsync(4);
        }, "receive segment: Binary 00FF8001 end | Open"),
        new("a buffer smaller than the message gets pieces, the last one with the end", async t =>
        {
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveAsync(2);
            await t.ReceiveAsync(2);
            await t.ReceiveAsync(2);
        }, """
            receive: Text 'he' more | Open
            receive: Text 'll' more | Open
            receive: Text 'o' end | Open
            """),
        new("array segments smaller than the message get pieces", async t =>
        {
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveSegmentAsync(3);
            await t.ReceiveSegmentAsync(3);
        }, """
            receive segment: Text 'hel' more | Open
            receive segment: Text 'lo' end | Open
            """),
        new("a buffer exactly as large as the message gets the end at once", async t =>
        {
            await t.Peer.SendTextAsync("hello");
            await t.ReceiveAsync(5);
            await t.Peer.SendTextAsync("next");
            await t.ReceiveAsync(5);
        }, """
            receive: Text 'hello' end | Open
            receive: Text 'next' end | Open
            """),
        new("a piece exactly as large as the buffer is not the end while more follows", async t =>
        {
            await t.Peer.SendTextAsync("hellohello");
            await t.ReceiveAsync(5);
            await t.ReceiveAsync(5);
        }, """
            receive: Text 'hello' more | Open
            receive: Text 'hello' end | Open
            """),
        new("a large buffer takes nothing of the next message", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one"), t.Frame(2, "two"), t.Frame(1, "three"));
            await t.ReceiveAsync();
            await t.ReceiveAsync();
            await t.ReceiveAsync();
        }, """
            receive: Text 'one' end | Open
            receive: Binary 'two' end | Open
            receive: Text 'three' end | Open
            """),
        new("a message of no bytes is one receive of no bytes with the end", async t =>
        {
            await t.Peer.SendTextAsync("");
            await t.ReceiveAsync();
            await t.Peer.SendFrameAsync(2);
            await t.ReceiveAsync();
            await t.Peer.SendTextAsync("next");
            await t.ReceiveAsync();
        }, """
            receive: Text '' end | Open
            receive: Binary '' end | Open
            receive: Text 'next' end | Open
            """),
        new("fragments come one by one, each with the type of the first", async t =>
        {
            await t.PeerSendsAsync(t.Frame(2, "one", fin: false));
            await t.ReceiveAsync();
            await t.PeerSendsAsync(t.Frame(0, "two", fin: false));
            await t.ReceiveAsync();
            await t.PeerSendsAsync(t.Frame(0, "three"));
            await t.ReceiveAsync();
        }, """
            receive: Binary 'one' more | Open
            receive: Binary 'two' more | Open
            receive: Binary 'three' end | Open
            """),
        new("fragments that came together", async t =>
        {
            await t.PeerSendsAsync(t.Frame(2, "one", fin: false), t.Frame(0, "two", fin: false), t.Frame(0, "three"));
            await t.ReceiveAsync();
        }, "receive: Binary 'one' more | Open")
        {
            // Over a pipe what was written at once is read at once.
            For = subject => !subject.IsOurs || subject.Name.Contains("pipe", StringComparison.Ordinal),
            Ours = Difference.Of("pieces", "receive: Binary 'onetwothree' end | Open"),
        },
        new("fragments cut again by a small buffer", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "abc", fin: false));
            await t.ReceiveAsync(2);
            await t.ReceiveAsync(2);
            await t.PeerSendsAsync(t.Frame(0, "defg"));
            await t.ReceiveAsync(2);
            await t.ReceiveAsync(2);
        }, """
            receive: Text 'ab' more | Open
            receive: Text 'c' more | Open
            receive: Text 'de' more | Open
            receive: Text 'fg' end | Open
            """),
        new("an empty first fragment", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "", fin: false), t.Frame(0, "end"));
            await t.ReceiveAsync();
        }, "receive: Text '' more | Open") { Ours = Difference.Of("empty-fragments", "receive: Text 'end' end | Open") },
        new("an empty fragment in the middle", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one", fin: false));
            await t.ReceiveAsync();
            await t.PeerSendsAsync(t.Frame(0, "", fin: false), t.Frame(0, "end"));
            await t.ReceiveAsync();
        }, """
            receive: Text 'one' more | Open
            receive: Text '' more | Open
            """) { Ours = Difference.Of("empty-fragments", """
            receive: Text 'one' more | Open
            receive: Text 'end' end | Open
            """) },
        new("an empty last fragment is an end of no bytes", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, "one", fin: false));
            await t.ReceiveAsync();
            await t.PeerSendsAsync(t.Frame(0, ""));
            await t.ReceiveAsync();
        }, """
            receive: Text 'one' more | Open
            receive: Text '' end | Open
            """),
        new("a receive waits until its buffer is full or the frame is whole", async t =>
        {
            byte[] frame = t.Frame(1, "hello");
            await t.Peer.SendAsync(frame.AsMemory(0, frame.Length - 2));
            Trial.Running receive = t.BeginReceive();
            t.Waits(receive);
            await t.Peer.SendAsync(frame.AsMemory(frame.Length - 2));
            await t.EndAsync(receive);
        }, """
            receive: waits | Open
            receive: Text 'hello' end | Open
            """) { For = subject => !subject.IsOurs },
        new("a receive hands out what has come of a frame", async t =>
        {
            byte[] frame = t.Frame(1, "hello");
            await t.Peer.SendAsync(frame.AsMemory(0, frame.Length - 2));
            await t.ReceiveAsync();
            await t.Peer.SendAsync(frame.AsMemory(frame.Length - 2));
            await t.ReceiveAsync();
        }, "receive: waits | Open")
        {
            For = subject => subject.IsOurs,
            Ours = Difference.Of("pieces", """
                receive: Text 'hel' more | Open
                receive: Text 'lo' end | Open
                """),
        },
        new("a receive that the part of the frame that has come fills does not wait for the rest", async t =>
        {
            byte[] frame = t.Frame(1, "hello");
            await t.Peer.SendAsync(frame.AsMemory(0, frame.Length - 2));
            await t.ReceiveAsync(3);
            await t.Peer.SendAsync(frame.AsMemory(frame.Length - 2));
            await t.ReceiveAsync();
        }, """
            receive: Text 'hel' more | Open
            receive: Text 'lo' end | Open
            """),
        new("a frame that comes byte by byte", async t =>
        {
            byte[] frame = t.Frame(1, "abc");
            Task received = t.ReceiveWholeAsync();
            for (int i = 0; i < frame.Length; i++) await t.Peer.SendAsync(frame.AsMemory(i, 1));
            await received;
        }, "receive whole: Text 'abc' end | Open"),
        new("text is cut between the bytes of a character by a small buffer", async t =>
        {
            await t.Peer.SendTextAsync("é€");
            for (int i = 0; i < 5; i++) await t.ReceiveAsync(1);
        }, """
            receive: Text C3 more | Open
            receive: Text A9 more | Open
            receive: Text E2 more | Open
            receive: Text 82 more | Open
            receive: Text AC end | Open
            """),
        new("text is cut between the bytes of a character by fragments", async t =>
        {
            await t.PeerSendsAsync(t.Frame(1, [0xE2, 0x82], fin: false));
            await t.ReceiveAsync();
            await t.PeerSendsAsync(t.Frame(0, [0xAC]));
            await t.ReceiveAsync();
        }, """
            receive: Text E282 more | Open
            receive: Text AC end | Open
            """),
        new("binary may hold what is no text", async t =>
        {
            await t.Peer.SendFrameAsync(2, new byte[] { 0xC0, 0xAF, 0xFF });
            await t.ReceiveAsync();
        }, "receive: Binary C0AFFF end | Open"),
        new("a message of 126 bytes, of 65535 and of 65536", async t =>
        {
            foreach (int length in (int[])[125, 126, 65535, 65536])
            {
                Task sent = t.Peer.SendFrameAsync(2, new byte[length]);
                await t.ReceiveWholeAsync();
                await sent;
            }
        }, """
            receive whole: Binary 125 bytes end | Open
            receive whole: Binary 126 bytes end | Open
            receive whole: Binary 65535 bytes end | Open
            receive whole: Binary 65536 bytes end | Open
            """),
        new("1 MiB in pieces of 16 KiB", async t =>
        {
            Task sent = t.Peer.SendFrameAsync(2, new byte[1024 * 1024]);
            await t.ReceiveWholeAsync();
            await sent;
        }, "receive whole: Binary 1048576 bytes end | Open"),
        new("1 MiB in fragments of 10,000 bytes", async t =>
        {
            byte[] piece = new byte[10_000];
            Task sent = Task.Run(async () =>
            {
                for (int i = 0; i < 100; i++) await t.Peer.SendFrameAsync(i == 0 ? 2 : 0, piece, fin: i == 99);
            });
            await t.ReceiveWholeAsync();
            await sent;
        }, "receive whole: Binary 1000000 bytes end | Open"),
    ];
}
