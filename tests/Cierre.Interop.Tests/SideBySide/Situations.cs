using System.Text;
using Cierre.TestKit;
using static Cierre.Interop.Tests.SideBySide.Servers;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>Every way in which a connection ends, or never begins.</summary>
internal static class Situations
{
    private static readonly int[] Sendable = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
    private static readonly int[] NotSendable = [0, 999, 1004, 1005, 1006, 1015, 1016, 1999, 2000, 2999, 5000, 65535];

    public static readonly IReadOnlyDictionary<string, Situation> All =
        ServerCloses().Concat(Lost()).Concat(Violations()).Concat(WeClose()).Concat(BothClose()).Concat(NotOpened()).ToDictionary(situation => situation.Name);

    private static IEnumerable<Situation> ServerCloses()
    {
        foreach (int code in Sendable.Concat(NotSendable)) yield return new($"server closes with {code}", Closes(code)) { Code = code };
        yield return new("server closes with an empty body", Sends(Frame(8)));
        yield return new("server closes with a reason of 123 bytes", Closes(1000, new string('x', 123)));
        yield return new("server closes with a reason that is not ASCII", Closes(4000, "adi\u00F3s \u20AC \U0001F44B"));
        yield return new("server closes with a reason that begins with a BOM", Closes(4000, "\uFEFFbye"));
        yield return new("server closes with a reason; what the answer says", async peer =>
        {
            await peer.SendCloseAsync(4000, "bye");
            return Said(await peer.ReadFrameAsync());
        });
        yield return new("server closes with a body of 1 byte", Sends(Frame(8, [3])));
        yield return new("server closes with a reason that is not UTF-8", Sends(Frame(8, [0x03, 0xE8, 0xC3, 0x28])));
        yield return new("server closes behind messages", async peer =>
        {
            await peer.SendAsync((byte[])[.. Frame(1, "a"), .. Frame(1, "b"), .. CloseFrame(1000)]);
            return await Next(peer);
        });
        yield return new("server closes inside a fragmented message", Sends(Frame(1, "be", fin: false), CloseFrame(1001, "bye")));
        yield return new("server closes between two fragments", Sends(Frame(1, "be", fin: false), CloseFrame(1001, "bye"), Frame(0, "gin")));
        yield return new("server sends a message behind its close frame", Sends(CloseFrame(1000, "bye"), Frame(1, "late")));
        yield return new("server sends a second close frame", Sends(CloseFrame(1000, "bye"), CloseFrame(4000, "again")));
        yield return new("server sends nonsense behind its close frame", Sends(CloseFrame(1000, "bye"), Frame(3)));
        yield return new("connection reset after both close frames", async peer =>
        {
            await peer.SendCloseAsync(4000, "bye");
            string said = await Next(peer);
            peer.Reset();
            return said;
        });
        yield return new("server ends its stream right behind its close frame", async peer =>
        {
            await peer.SendCloseAsync(4000, "bye");
            await peer.HalfCloseAsync();
            return await Next(peer);
        });
    }

    private static IEnumerable<Situation> Lost()
    {
        yield return new("FIN without a close frame", _ => Task.FromResult("-"));
        yield return new("FIN without a close frame, behind a message", async peer =>
        {
            await peer.SendTextAsync("a");
            return "-";
        });
        yield return new("RST without a close frame", async peer =>
        {
            // Once the client has said something it has surely read the 101.
            await peer.ReadFrameAsync();
            peer.Reset();
            return "-";
        }) { Open = [Act.Send("go")] };
        yield return new("FIN inside a frame", async peer =>
        {
            await peer.SendAsync(Frame(1, "begin").AsMemory(0, 4));
            return "-";
        });
        yield return new("FIN inside a close frame", async peer =>
        {
            await peer.SendAsync(CloseFrame(1000, "bye").AsMemory(0, 4));
            return "-";
        });
        yield return new("FIN inside a fragmented message", async peer =>
        {
            await peer.SendFrameAsync(1, "be"u8.ToArray(), fin: false);
            return "-";
        });
        yield return new("close() of every handler of a lost connection", async peer =>
        {
            await peer.ReadFrameAsync();
            return "-";
        }) { Open = [Act.Send("go")], Error = [Act.Close(4001, "error")], Close = [Act.Close(4002, "close"), Act.Send("late")] };
    }

    private static IEnumerable<Situation> Violations()
    {
        foreach (int bit in new[] { 1, 2, 4 }) yield return new($"RSV{3 - int.Log2(bit)} is set", Sends(Frame(1, "x", rsv: bit)));
        foreach (int opcode in new[] { 3, 7, 11, 15 }) yield return new($"opcode {opcode}", Sends(Frame(opcode)));
        yield return new("ping of 126 bytes", Sends(Frame(9, new string('x', 126))));
        yield return new("close frame of 126 bytes", Sends(CloseFrame(1000, new string('x', 124))));
        yield return new("ping in fragments", Sends(Frame(9, "x", fin: false)));
        yield return new("close frame in fragments", Sends(Frame(8, "", fin: false)));
        yield return new("continuation without a start", Sends(Frame(0, "x")));
        yield return new("text inside a fragmented message", Sends(Frame(1, "be", fin: false), Frame(1, "x")));
        yield return new("length with its top bit set", Sends([0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 1]));
        yield return new("length in two bytes that fits in 7 bits", Sends([0x81, 126, 0, 1, (byte)'x']));
        yield return new("length in eight bytes that fits in two", Sends([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'x']));
        yield return new("masked frame from a server", Sends(Frame(1, "x", mask: true)));
        yield return new("text that is not UTF-8", Sends(Frame(1, [0xC3, 0x28])));
        yield return new("text that ends inside a character", Sends(Frame(1, [0xE2, 0x82])));
        yield return new("text of a surrogate", Sends(Frame(1, [0xED, 0xA0, 0x80])));
        yield return new("violation behind a message", Sends(Frame(1, "a"), Frame(3)));
        yield return new("violation, then a close frame", Sends(Frame(3), CloseFrame(1000, "bye")));
        yield return new("violation after our close", async peer =>
        {
            string said = Said(await peer.ReadFrameAsync());
            await peer.SendFrameAsync(3);
            return $"{said}, {await Next(peer)}";
        }) { Open = [Act.Close(4000, "mine")] };
        yield return new("close() of every handler of a violation", Sends(Frame(3)))
        {
            Error = [Act.Close(4001, "error"), Act.Close(999)],
            Close = [Act.Close(4002, "close"), Act.Close(999), Act.Send("late")],
        };
    }

    private static IEnumerable<Situation> WeClose()
    {
        // With every form of argument.
        Act[] forms =
        [
            Act.Close(), Act.Close(1000), Act.Close(3000), Act.Close(3999), Act.Close(4000), Act.Close(4999), Act.Close(1000, ""), Act.Close(4000, "mine"),
            Act.Close(4000, new string('x', 123)), Act.Close(4000, new string('\u20AC', 41)), Act.Close(4000, "\U0001F44B"), Act.Close(4000, "a\0b"),
            new("s.close(undefined, 'mine')", s => s.Close(null, "mine")), new("s.close(undefined, '')", s => s.Close(null, "")),
            new("s.close(null)", s => s.Close(null)), new("s.close(undefined)", s => s.Close(null)), new("s.close(1000, undefined)", s => s.Close(1000, null)),
            new(@"s.close(4000, '\ud83d!')", s => s.Close(4000, "\uD83D!")),
        ];
        // Where the form is refused, the second call closes.
        foreach (Act form in forms) yield return new(form.Name, Answers) { Open = [form, Act.Close(4444)] };

        // With what it refuses; then the connection is still open.
        Act[] refused =
        [
            .. new ushort[] { 0, 999, 1001, 1002, 1004, 1005, 1006, 1015, 2999, 5000, 65535 }.Select(code => Act.Close(code)), Act.Close(4000, new string('x', 124)),
            Act.Close(4000, new string('\u20AC', 42)), Act.Close(999, new string('x', 124)), new("s.close(undefined, 'x'.repeat(124))", s => s.Close(null, new string('x', 124))),
            new(@"s.close(4000, '\ud83d'.repeat(42))", s => s.Close(4000, new string('\uD83D', 42))),
        ];
        yield return new("close with what it refuses, while connecting", Waits) { AnswersItself = true, New = [.. refused, Act.Close()] };
        yield return new("close with what it refuses, while open", Answers) { Open = [.. refused, Act.Close(4000, "mine")] };
        yield return new("close with what it refuses, while closing", Answers) { Open = [Act.Close(4000, "mine"), .. refused] };
        yield return new("close with what it refuses, once closed", Closes(1000)) { Close = refused };

        yield return new("close while connecting", Waits) { AnswersItself = true, New = [Act.Close()] };
        yield return new("close with code and reason while connecting", Waits) { AnswersItself = true, New = [Act.Close(4000, "mine")] };
        yield return new("close while connecting, twice", Waits) { AnswersItself = true, New = [Act.Close(4000, "mine"), Act.Close(4001, "again")] };
        yield return new("send while connecting", Waits) { AnswersItself = true, New = [Act.Send("early"), Act.Close()] };
        yield return new("send while connecting, after close", Waits) { AnswersItself = true, New = [Act.Close(), Act.Send("early")] };
        yield return new("close twice", Answers) { Open = [Act.Close(4000, "mine"), Act.Close(4001, "again")] };
        yield return new("close in every handler", async peer =>
        {
            await peer.SendTextAsync("a");
            return await Answers(peer);
        })
        { Message = [Act.Close(4000, "message")], Error = [Act.Close(4001, "error")], Close = [Act.Close(4002, "close"), Act.Close()] };
        yield return new("close behind messages of ours", Answers) { Open = [Act.Send("a"), Act.Send("b"), Act.Close(4000, "mine")] };
        yield return new("send after close", Answers) { Open = [Act.Close(4000, "mine"), Act.Send("late"), Act.Send("\u20AC")], Close = [Act.Send("later")] };
        yield return new("send of a lone surrogate", Answers) { Open = [new(@"s.send('\ud83d!')", s => s.Send("\uD83D!")), Act.Close()] };
        yield return new("send in the handler of the server's close", Closes(1000)) { Close = [Act.Send("late")] };
        yield return new("message after our close", async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            await peer.SendTextAsync("late");
            await peer.SendFrameAsync(8, close.Payload);
            return Said(close);
        }) { Open = [Act.Close(4000, "mine")] };
        yield return new("ping after our close", async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            await peer.SendFrameAsync(9, "x"u8.ToArray());
            Task<string> next = Next(peer);
            await Task.WhenAny(next, Task.Delay(1000));
            await peer.SendFrameAsync(8, close.Payload);
            await peer.HalfCloseAsync();
            return $"{Said(close)}, {await next}";
        }) { Open = [Act.Close(4000, "mine")] };
        yield return new("message in the middle, then our close", async peer =>
        {
            await peer.SendAsync((byte[])[.. Frame(1, "go"), .. Frame(1, "be", fin: false)]);
            return await Answers(peer);
        }) { Message = [Act.Close(4000, "mine")] };
        yield return new("message that ends after our close", async peer =>
        {
            await peer.SendAsync((byte[])[.. Frame(1, "go"), .. Frame(1, "be", fin: false)]);
            RawFrame close = await peer.ReadFrameAsync();
            await peer.SendAsync((byte[])[.. Frame(0, "gin"), .. CloseFrame(4000)]);
            return Said(close);
        }) { Message = [Act.Close(4000, "mine")] };
        yield return new("our close is answered with an empty body", async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            await peer.SendFrameAsync(8);
            return Said(close);
        }) { Open = [Act.Close(4000, "mine")] };
        yield return new("our close is answered with a code that may not be sent", async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            await peer.SendCloseAsync(1005);
            return Said(close);
        }) { Open = [Act.Close(4000, "mine")] };
        yield return new("our close is answered with FIN", async peer => Said(await peer.ReadFrameAsync())) { Open = [Act.Close(4000, "mine")] };
        yield return new("our close is answered with RST", async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            peer.Reset();
            return Said(close);
        }) { Open = [Act.Close(4000, "mine")] };
        yield return new("our close is never answered", async peer => $"{Said(await peer.ReadFrameAsync())}, {await Next(peer)}")
        { TakesLong = true, Open = [Act.Close(4000, "mine")], Error = [Act.Close()], Close = [Act.Close()] };
    }

    private static IEnumerable<Situation> BothClose()
    {
        // A server that closes when ours arrives cannot be told from one that closed at the same time.
        yield return new("both close", async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            await peer.SendCloseAsync(3001, "theirs");
            return Said(close);
        }) { Open = [Act.Close(4000, "mine")] };
        // Ours may be written before theirs arrives or not at all.
        yield return new("both close, in a race", async peer =>
        {
            await peer.SendAsync((byte[])[.. Frame(1, "go"), .. CloseFrame(3001, "theirs")]);
            return (await peer.ReadFrameAsync()).CloseCode is 3001 or 4000 ? "close" : "something else";
        }) { Message = [Act.Close(4000, "mine")] };
    }

    private static IEnumerable<Situation> NotOpened()
    {
        const string Upgrade = "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nConnection: Upgrade\n";
        (string Name, string Head)[] replies =
        [
            ("403", "HTTP/1.1 403 Forbidden\nContent-Length: 0\n\n"),
            ("404 with a body", "HTTP/1.1 404 Not Found\nContent-Length: 4\n\ngone"),
            ("503", "HTTP/1.1 503 Service Unavailable\nRetry-After: 10\nContent-Length: 0\n\n"),
            ("200", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
            ("302", "HTTP/1.1 302 Found\nLocation: /elsewhere\nContent-Length: 0\n\n"),
            ("401", "HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Bearer\nContent-Length: 0\n\n"),
            ("101 with the wrong Accept", Upgrade + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"),
            ("101 without Accept", Upgrade + "\n"),
            ("101 with Accept twice", Upgrade + "Sec-WebSocket-Accept: ACCEPT\nSec-WebSocket-Accept: ACCEPT\n\n"),
            ("101 without Upgrade", "HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nSec-WebSocket-Accept: ACCEPT\n\n"),
            ("101 without Connection", "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nSec-WebSocket-Accept: ACCEPT\n\n"),
            ("101 that upgrades to something else", "HTTP/1.1 101 Switching Protocols\nUpgrade: h2c\nConnection: Upgrade\nSec-WebSocket-Accept: ACCEPT\n\n"),
            ("101 with an extension nobody asked for", Upgrade + "Sec-WebSocket-Accept: ACCEPT\nSec-WebSocket-Extensions: x-nobody-asked\n\n"),
            ("101 with a subprotocol nobody asked for", Upgrade + "Sec-WebSocket-Accept: ACCEPT\nSec-WebSocket-Protocol: chat\n\n"),
            ("101 of HTTP/1.0 and a close frame", "HTTP/1.0 101 Switching Protocols\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Accept: ACCEPT\n\n\u0088\0"),
            ("something that is not HTTP", "220 mail.example.org ESMTP\n\n"),
            ("nothing but FIN", ""),
            ("half of a head, and FIN", "HTTP/1.1 101 Switching Proto"),
        ];
        foreach ((string name, string head) in replies) yield return new($"request answered with {name}", Replies(head)) { AnswersItself = true };

        yield return new("request answered with RST", peer =>
        {
            peer.Reset();
            return Task.FromResult("-");
        }) { AnswersItself = true };
        yield return new("subprotocols asked for, one chosen", Chooses("b")) { AnswersItself = true, Protocols = ["a", "b"] };
        yield return new("subprotocols asked for, none chosen", Chooses()) { AnswersItself = true, Protocols = ["a", "b"] };
        yield return new("subprotocols asked for, another chosen", Chooses("c")) { AnswersItself = true, Protocols = ["a", "b"] };
        yield return new("subprotocols asked for, one chosen in another case", Chooses("A")) { AnswersItself = true, Protocols = ["a", "b"] };
        yield return new("subprotocols asked for, both chosen", Chooses("a, b")) { AnswersItself = true, Protocols = ["a", "b"] };
        yield return new("subprotocols asked for, an empty one chosen", Chooses("")) { AnswersItself = true, Protocols = ["a", "b"] };
        yield return new("connection refused", Waits) { NobodyListens = true };
        yield return new("close() of every handler of a refused connection", Waits)
        { NobodyListens = true, Error = [Act.Close(4000, "error"), Act.Send("late")], Close = [Act.Close(4001, "close"), Act.Send("later")] };
        yield return new("certificate for another name", Waits) { Certificate = Certificates.WrongName() };
        yield return new("certificate that nobody trusts", Waits) { Certificate = Certificates.ForLocalhost() };
        yield return new("certificate that expired", Waits) { Certificate = Certificates.Expired() };

        static Func<RawPeer, Task<string>> Chooses(params string[] protocol) => async peer =>
        {
            await peer.SwitchProtocolsAsync([.. protocol.Select(name => $"Sec-WebSocket-Protocol: {name}")]);
            try
            {
                await peer.SendCloseAsync(1000);
            }
            catch (IOException)
            {
                // A client that refuses is gone already.
            }

            return await Next(peer);
        };
    }
}
