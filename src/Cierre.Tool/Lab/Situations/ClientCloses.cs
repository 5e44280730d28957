using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1000 by the client: the application closes.</summary>
internal static class ClientCloses
{
    private static readonly CloseFrame Bye = new(CloseCodes.NormalClosure, "that was all");

    public static Situation Create() => new("1000-client-closes", "the client's application closes")
    {
        Client = ExpectedClose.ByUs(Bye, CloseCause.Requested),
        Server = ExpectedClose.ByPeer(Bye),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            return await client.CloseAsync(Bye);
        },
    };
}
