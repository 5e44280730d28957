using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1006 by FIN: the peer's process ended, or something in between gave up politely.</summary>
internal static class EndOfStream
{
    public static Situation[] Create() => AgainstRawPeer.InBothRoles(
        "1006-fin",
        "the stream ends without a close frame",
        ExpectedClose.Lost(CloseCause.EndOfStream),
        async peer =>
        {
            await peer.HalfCloseAsync();
            await peer.ReadToEndAsync();
        },
        inPage: PageRole.Losing.In(BrowserKind.Firefox, Quirk.NoError("firefox-no-error")));
}
