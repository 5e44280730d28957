using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>3008: a handler that runs for longer than its endpoint allows.</summary>
internal static class HandlerTooLong
{
    private static readonly CloseFrame TimedOut = new(CloseCodes.Timeout, "the handler took longer than 0.2 s");

    public static Situation Create() => new("3008-handler-deadline", "a handler that does not come to its end in time")
    {
        Options = options => options.HandlerTimeout = TimeSpan.FromMilliseconds(200),
        Client = ExpectedClose.ByPeer(TimedOut),
        Server = ExpectedClose.ByUs(TimedOut, CloseCause.Deadline) with { Detail = TimedOut.Reason },
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            return await client.Closed;
        },
    };
}
