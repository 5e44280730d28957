using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1000 by the server: the handler has nothing more to do.</summary>
internal static class HandlerReturns
{
    private static readonly CloseFrame Done = new(CloseCodes.NormalClosure);

    public static Situation Create() => new("1000-handler-returns", "the server's handler returns")
    {
        Handler = _ => Task.CompletedTask,
        Client = ExpectedClose.ByPeer(Done),
        Server = ExpectedClose.ByUs(Done, CloseCause.HandlerReturned),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            return await client.Closed;
        },
    };
}
