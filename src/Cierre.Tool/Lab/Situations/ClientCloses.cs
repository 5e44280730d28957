using Cierre.Tool.Lab.Stage;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1000 by the client: the application closes.</summary>
internal static class ClientCloses
{
    private static readonly CloseFrame Bye = new(CloseCodes.NormalClosure, "that was all");

    public static Situation Create() => new("1000-client-closes", "the client's application closes")
    {
        Client = ExpectedClose.ByUs(Bye, CloseCause.Requested),
        Server = ExpectedClose.ByPeer(Bye),
        Play = async scene =>
        {
            await using LabClient client = await scene.ConnectAsync();
            return await client.CloseAsync(Bye);
        },
    };
}
