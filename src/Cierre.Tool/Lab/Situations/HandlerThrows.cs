using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1011 by a handler that throws; what it threw stays on the server.</summary>
internal static class HandlerThrows
{
    private static readonly CloseFrame Failure = new(CloseCodes.InternalError, "the handler failed");

    public static Situation Create() => new("1011-handler-throws", "the server's handler throws")
    {
        Handler = _ => throw new InvalidOperationException("This handler fails."),
        Client = ExpectedClose.ByPeer(Failure),
        Server = ExpectedClose.ByUs(Failure, CloseCause.HandlerFailed),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            return await client.Closed;
        },
    };
}
