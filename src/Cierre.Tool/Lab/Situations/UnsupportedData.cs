using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1003: a binary message where only text is accepted, closed in order.</summary>
internal static class UnsupportedData
{
    private static readonly CloseFrame Refusal = new(CloseCodes.UnsupportedData, "binary message, but only text is accepted");

    public static Situation AtServer() => new("1003-binary-at-server", "a binary message to an endpoint for text")
    {
        Options = options => options.AcceptedKind = WebSocketMessageKind.Text,
        Client = ExpectedClose.ByPeer(Refusal),
        Server = ExpectedClose.ByUs(Refusal, CloseCause.UnsupportedData),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            await client.SendAsync(new byte[] { 1, 2, 3 });
            return await client.Closed;
        },
    };

    public static Situation AtClient() => new("1003-binary-at-client", "a binary message to a client that takes only text")
    {
        Handler = async connection =>
        {
            await connection.SendAsync(new byte[] { 1, 2, 3 });
            await connection.ReceiveAsync();
        },
        InPage = PageRole.Unable("no-kinds"),
        Client = ExpectedClose.ByUs(Refusal, CloseCause.UnsupportedData),
        Server = ExpectedClose.ByPeer(Refusal),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync(options => options.AcceptedKind = WebSocketMessageKind.Text);
            return await client.Closed;
        },
    };
}
