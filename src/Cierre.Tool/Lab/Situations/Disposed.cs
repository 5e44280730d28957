using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1001 by an object that is disposed though nobody closed the connection.</summary>
internal static class Disposed
{
    private static readonly CloseFrame Away = new(CloseCodes.GoingAway, "the connection object was disposed without a close");

    public static Situation ByClient() => new("1001-client-disposes", "the client's connection object is disposed without a close")
    {
        InPage = PageRole.Leaving(ExpectedClose.ByPeer(new CloseFrame(CloseCodes.GoingAway)), "page-leaves"),
        Client = ExpectedClose.ByUs(Away, CloseCause.Disposed),
        Server = ExpectedClose.ByPeer(Away),
        Play = async run =>
        {
            LabClient client = await run.ConnectAsync();
            await client.DisposeAsync();
            return await client.Closed;
        },
    };

    public static Situation ByServer() => new("1001-server-disposes", "the server's connection object is disposed without a close")
    {
        Handler = connection => connection.DisposeAsync().AsTask(),
        Client = ExpectedClose.ByPeer(Away),
        Server = ExpectedClose.ByUs(Away, CloseCause.Disposed),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            return await client.Closed;
        },
    };
}
