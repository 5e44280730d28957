using Cierre.TestKit;
using Cierre.Testing.Network;

namespace Cierre.Testing.Tests.Conversations;

/// <summary>One conversation, drawn from the seed: two of our connections in calm or stormy weather, or one of ours and a raw peer; and then what has to hold.</summary>
internal static class Conversation
{
    public static async Task PlayAsync(SimulatedNetwork network)
    {
        network.TimeLimit = TimeSpan.FromMinutes(10);
        switch (network.Random.Next(8))
        {
            case < 2:
                await PairAsync(network, Weather.Calm);
                break;
            case < 6:
                await PairAsync(network, Weather.Stormy);
                break;
            default:
                await AgainstRawPeerAsync(network);
                break;
        }

        // What is still on its way arrives nowhere; then nothing may be left.
        await network.Delay(TimeSpan.FromSeconds(30));
        if (network.TimersSet != 0) throw new Broken("simulation", $"has {network.TimersSet} timers left behind the end of both");
    }

    private static async Task PairAsync(SimulatedNetwork network, Weather weather)
    {
        Random random = network.Random;
        bool clientMustEnd = random.Next(2) == 0;
        Plan clients = Plan.Draw(random, weather, mustEnd: clientMustEnd), servers = Plan.Draw(random, weather, mustEnd: !clientMustEnd);
        int largest = Math.Max(clients.Largest, servers.Largest);
        SimulatedLink link = network.Connect(Path(random, weather, largest), Path(random, weather, largest));
        var negotiated = new WebSocketNegotiation { Extensions = Agreement.Between(clients.Options.Compression, servers.Options.Compression) };
        (Wire up, Wire arrivedUp, Wire down, Wire arrivedDown) = Watch(link, strictClient: true, strictServer: true, compresses: negotiated.Extensions.Length > 0);
        // An application of System.Net.WebSockets on neither side, or on one.
        int byHand = random.Next(6);
        Party client = Create("client", byHand == 1, network, link.OpenClient(clients.Options, negotiated), clients, up, arrivedDown, weather);
        Party server = Create("server", byHand == 2, network, link.OpenServer(servers.Options, negotiated), servers, down, arrivedUp, weather);
        (client.Peer, server.Peer) = (server, client);
        await Both(client.PlayAsync(), server.PlayAsync());
        Invariants.OfOne(client);
        Invariants.OfOne(server);
        if (weather == Weather.Calm) Invariants.OfTwoInCalm(client, server);
    }

    private static Party Create(
        string name, bool byHand, SimulatedNetwork network, WebSocketConnection connection, Plan plan, Wire outgoing, Wire incoming, Weather weather) => byHand
        ? new PieceParty(name, network, connection, plan, outgoing, incoming, isPatient: weather == Weather.Calm)
        : new MessageParty(name, network, connection, plan, outgoing, incoming);

    private static async Task AgainstRawPeerAsync(SimulatedNetwork network)
    {
        Random random = network.Random;
        bool weServe = random.Next(2) == 0;
        SimulatedLink link = network.Connect(Path(random, Weather.Calm, largest: 0), Path(random, Weather.Calm, largest: 0));
        var peer = new RuleBreaker(network, weServe ? link.ClientEnd : link.ServerEnd, weServe ? Side.Client : Side.Server);
        (Wire up, Wire arrivedUp, Wire down, Wire arrivedDown) = Watch(link, strictClient: !weServe, strictServer: weServe, compresses: peer.Extensions.Length > 0);
        var plan = new Plan { Options = peer.Options, AnswersWithin = random.Next(4) switch { 0 => null, 1 => 1, 2 => RuleBreaker.QuickAnswer, _ => 6_000 } };
        var negotiated = new WebSocketNegotiation { Extensions = peer.Extensions };
        MessageParty party = weServe
            ? new MessageParty("server", network, link.OpenServer(peer.Options, negotiated), plan, down, arrivedUp)
            : new MessageParty("client", network, link.OpenClient(peer.Options, negotiated), plan, up, arrivedDown);
        await Both(party.PlayAsync(), peer.PlayAsync());
        Invariants.OfOne(party);
        peer.Check(party);
    }

    /// <summary>A fault of one is the news, not that the other waits for it.</summary>
    private static async Task Both(Task one, Task other)
    {
        await await Task.WhenAny(one, other);
        await Task.WhenAll(one, other);
    }

    private static NetworkPath Path(Random random, Weather weather, int largest)
    {
        NetworkPath path = NetworkPath.CreateRandom(random, weather == Weather.Stormy && random.Next(2) == 0 ? 1500 : null);
        // A byte at a time is for short conversations.
        int least = largest / 40;
        return path.MaxPieceSize < least ? path with { MaxPieceSize = least, BufferSize = Math.Max(path.BufferSize, 4 * least) } : path;
    }

    private static (Wire Up, Wire ArrivedUp, Wire Down, Wire ArrivedDown) Watch(SimulatedLink link, bool strictClient, bool strictServer, bool compresses = false)
    {
        Wire up = new(isClient: true, strictClient, compresses), arrivedUp = new(isClient: true, strict: false), down = new(isClient: false, strictServer, compresses), arrivedDown = new(isClient: false, strict: false);
        link.Up.OnWritten += up.Add;
        link.Up.OnArrived += arrivedUp.Add;
        link.Down.OnWritten += down.Add;
        link.Down.OnArrived += arrivedDown.Add;
        return (up, arrivedUp, down, arrivedDown);
    }
}
