using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>3008: no message either way for as long as the endpoint allows.</summary>
internal static class Idle
{
    private static readonly CloseFrame TimedOut = new(CloseCodes.Timeout, "no message either way for 0.2 s");

    public static Situation Create() => new("3008-idle", "no message either way for too long")
    {
        Options = options => options.IdleTimeout = TimeSpan.FromMilliseconds(200),
        Client = ExpectedClose.ByPeer(TimedOut),
        Server = ExpectedClose.ByUs(TimedOut, CloseCause.IdleTimeout),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            return await client.Closed;
        },
    };
}
