using Cierre.TestKit;
using static Cierre.Interop.Tests.SideBySide.Servers;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>The connection does not open.</summary>
internal static class OpeningSituations
{
    public static IEnumerable<Situation> All()
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
