using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1005: a close frame without a code, as a browser's close() sends it.</summary>
internal static class EmptyClose
{
    public static Situation[] Create() => AgainstRawPeer.InBothRoles(
        "1005-empty-close",
        "a close frame with an empty body",
        ExpectedClose.ByPeer(new CloseFrame(CloseCodes.NoStatusReceived)),
        async peer =>
        {
            await peer.SendFrameAsync(8);
            await peer.ReadCloseAsync();
        });
}
