using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1006 by RST: from the peer, and from the middle of the network, where both sides are hit.</summary>
internal static class Reset
{
    public static Situation[] ByPeer() => AgainstRawPeer.InBothRoles(
        "1006-rst",
        "the peer resets the connection",
        ExpectedClose.Lost(CloseCause.ConnectionReset),
        peer =>
        {
            peer.Reset();
            return Task.CompletedTask;
        },
        inPage: PageRole.Losing);

    public static Situation InBetween() => new("1006-network-breaks", "something in between resets both sides")
    {
        InPage = PageRole.Losing,
        Client = ExpectedClose.Lost(CloseCause.ConnectionReset),
        Server = ExpectedClose.Lost(CloseCause.ConnectionReset),
        Play = async run =>
        {
            using BreakableNetwork network = BreakableNetwork.To(run.Url);
            await using LabClient client = await run.ConnectAsync(network.Url);
            await run.ServerSide;
            network.Break();
            return await client.Closed;
        },
    };
}
