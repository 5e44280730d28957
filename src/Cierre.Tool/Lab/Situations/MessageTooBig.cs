using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1009: known from the header, before a byte of the message came.</summary>
internal static class MessageTooBig
{
    private const int Limit = 1024;
    private const int Size = 2000;

    public static Situation[] FromHeader() => AgainstRawPeer.InBothRoles(
        "1009-header",
        "a frame that declares 2^62 bytes",
        Failed("message of 4611686018427387904 bytes is over the limit of 1048576"),
        async peer =>
        {
            await peer.SendFrameAsync(1, claimed: 1L << 62);
            await peer.ReadCloseAsync();
        },
        inPage: PageRole.Unable("no-size-limit"));

    /// <summary>The server fails the connection, so its own record says 1006; the client got a valid close frame and says 1009.</summary>
    public static Situation BetweenBoth()
    {
        ExpectedClose server = Failed("message of 2000 bytes is over the limit of 1024");
        return new Situation("1009-message-too-big", "a message over the endpoint's limit")
        {
            Options = options => options.MaxMessageSize = Limit,
            InPage = PageRole.AsAnyClient.In(BrowserKind.Firefox, Quirk.CleanOrNot("firefox-reset-is-unclean")),
            Client = ExpectedClose.ByPeer(server.Sent!),
            Server = server,
            Play = async run =>
            {
                await using LabClient client = await run.ConnectAsync();
                await client.SendAsync(new byte[Size]);
                return await client.Closed;
            },
        };
    }

    private static ExpectedClose Failed(string reason) => ExpectedClose.Failed(new CloseFrame(CloseCodes.MessageTooBig, reason), CloseCause.MessageTooBig);
}
