using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>Both sides close before either hears of it: each reports the other's code, and that is right.</summary>
internal static class BothClose
{
    private static readonly CloseFrame FromClient = new(4001, "the client closes");
    private static readonly CloseFrame FromServer = new(4002, "the server closes");

    public static Situation Create() => new("both-close", "both sides close at the same time")
    {
        Client = Crossed(FromClient, FromServer),
        Server = Crossed(FromServer, FromClient),
        Play = async run =>
        {
            using BreakableNetwork network = BreakableNetwork.To(run.Url);
            await using LabClient client = await run.ConnectAsync(network.Url);
            WebSocketConnection server = await run.ServerSide;
            network.Hold();
            Task closing = Task.WhenAll((Task)client.CloseAsync(FromClient), server.CloseAsync(FromServer.Code, FromServer.Reason));
            await network.BothSentAsync();
            network.Release();
            await closing;
            return await client.Closed;
        },
    };

    private static ExpectedClose Crossed(CloseFrame ours, CloseFrame theirs) =>
        ExpectedClose.ByUs(ours, CloseCause.Requested) with { Code = theirs.Code, Received = theirs };
}
