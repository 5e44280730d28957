using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1001 by a host that stops while the connection is open.</summary>
internal static class HostStops
{
    private static readonly CloseFrame Away = new(CloseCodes.GoingAway, "the server is stopping");

    public static Situation Create() => new("1001-host-stops", "the server's process is told to end")
    {
        OwnHost = true,
        Client = ExpectedClose.ByPeer(Away),
        Server = ExpectedClose.ByUs(Away, CloseCause.HostStopping),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            await run.ServerSide;
            await run.Host.StopAsync();
            return await client.Closed;
        },
    };
}
