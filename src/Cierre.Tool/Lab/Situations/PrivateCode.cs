using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>4000-4999: codes that the two applications agreed on.</summary>
internal static class PrivateCode
{
    private static readonly CloseFrame FromClient = new(4000, "the game is over");
    private static readonly CloseFrame FromServer = new(4999, "the table is closed");

    public static Situation ByClient() => new("4000-client-closes", "the client's application closes with a code of its own")
    {
        Client = ExpectedClose.ByUs(FromClient, CloseCause.Requested),
        Server = ExpectedClose.ByPeer(FromClient),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            return await client.CloseAsync(FromClient);
        },
    };

    public static Situation ByServer() => new("4999-server-closes", "the server's application closes with a code of its own")
    {
        Handler = connection => connection.CloseAsync(FromServer.Code, FromServer.Reason),
        Client = ExpectedClose.ByPeer(FromServer),
        Server = ExpectedClose.ByUs(FromServer, CloseCause.Requested),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            return await client.Closed;
        },
    };
}
