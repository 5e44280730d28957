using Cierre.Tool.Lab.Stage;

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
        Play = async scene =>
        {
            await using LabClient client = await scene.ConnectAsync();
            await scene.ServerSide;
            await scene.Host.StopAsync();
            return await client.Closed;
        },
    };
}
