using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1006 by an abort: nothing is sent. Whether the other side sees FIN or RST is up to the platform.</summary>
internal static class Aborted
{
    private static readonly ExpectedClose Ours = ExpectedClose.Unanswered(frame: null, CloseCause.Aborted);
    private static readonly ExpectedClose Theirs = ExpectedClose.Lost(cause: null);

    public static Situation ByClient() => new("1006-client-aborts", "the client's application aborts")
    {
        InPage = PageRole.Unable("no-abort"),
        Client = Ours,
        Server = Theirs,
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            await run.ServerSide;
            client.Abort();
            return await client.Closed;
        },
    };

    public static Situation ByServer() => new("1006-server-aborts", "the server's application aborts")
    {
        // Not at once: an opening that breaks while a browser reads on is one that failed to it.
        Handler = async connection =>
        {
            await connection.ReceiveAsync();
            connection.Abort();
        },
        InPage = PageRole.Losing,
        Client = Theirs,
        Server = Ours,
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            await client.SendAsync("hello");
            return await client.Closed;
        },
    };
}
