using Cierre.RawPeers;
using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1010: the client requires an extension that the server did not accept. The 101 stands, so both sides shake hands once more, to close.</summary>
internal static class ExtensionMissing
{
    private const string Extension = "x-not-of-this-world";

    private static readonly CloseFrame Frame = new(CloseCodes.MandatoryExtension, Extension);

    public static IEnumerable<Situation> Create() => [Answered(), Unanswered()];

    private static Situation Answered() => new("1010-extension-missing", "a client that requires an extension which the server does not know")
    {
        InPage = PageRole.Unable("no-required-extensions"),
        Client = ExpectedClose.ByUs(Frame, CloseCause.ExtensionMissing) with { Opens = false },
        Server = ExpectedClose.ByPeer(Frame),
        Play = async run => await run.FailToConnectAsync(run.Url, Require),
    };

    private static Situation Unanswered() => new("1010-unanswered", "the same, and a server that goes away without an answer")
    {
        InPage = PageRole.Unable("no-required-extensions"),
        Client = ExpectedClose.Unanswered(Frame, CloseCause.ExtensionMissing) with { Opens = false },
        Play = async run =>
        {
            using RawListener listener = RawListener.Start();
            Task<CloseRecord?> failing = run.FailToConnectAsync(listener.Url, Require);
            using (RawPeer server = await listener.AcceptAsync())
            {
                await RawListener.AnswerHandshakeAsync(server);
                await server.ReadCloseAsync();
            }

            return await failing;
        },
    };

    private static void Require(WebSocketClientOptions options) => options.RequiredExtensions.Add(Extension);
}
