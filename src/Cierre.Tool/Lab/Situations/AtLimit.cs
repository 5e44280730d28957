using Cierre.AspNetCore;
using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1013: no place is left, at an endpoint that accepts and closes.</summary>
internal static class AtLimit
{
    private static readonly CloseFrame Busy = new(CloseCodes.TryAgainLater, "this address is at its limit of 1 connection");

    public static Situation Create() => new("1013-at-capacity", "a second connection where one is the most, at an endpoint that accepts and closes")
    {
        Options = options => (options.MaxConnections, options.CapacityResponse) = (1, RefusalMode.Close),
        Client = ExpectedClose.ByPeer(Busy),
        Server = ExpectedClose.ByUs(Busy, CloseCause.LoadShed) with { Detail = Busy.Reason },
        Play = async run =>
        {
            await using LabClient first = await run.ConnectAsync();
            await using LabClient second = await run.ConnectAsync();
            // The first ends when this is over, and its record should not be taken for the second's.
            await run.ServerRecord;
            return await second.Closed;
        },
    };
}
