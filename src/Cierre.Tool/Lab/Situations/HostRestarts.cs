using Cierre.AspNetCore;
using Cierre.Tool.Lab.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1012 by a host that stops in order to come back.</summary>
internal static class HostRestarts
{
    private static readonly CloseFrame Restart = new(CloseCodes.ServiceRestart, "the service restarts");

    public static Situation Create() => new("1012-host-restarts", "the server's process is told to end, and is set to say that it restarts")
    {
        OwnHost = true,
        Services = services => services.Configure<WebSocketDrainOptions>(drain => drain.Code = CloseCodes.ServiceRestart),
        Client = ExpectedClose.ByPeer(Restart),
        Server = ExpectedClose.ByUs(Restart, CloseCause.HostStopping) with { Detail = Restart.Reason },
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            await run.ServerSide;
            await run.Host.StopAsync();
            return await client.Closed;
        },
    };
}
