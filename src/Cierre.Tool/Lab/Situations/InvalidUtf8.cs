using Cierre.RawPeers;
using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1007: text, and a close reason, that are not UTF-8.</summary>
internal static class InvalidUtf8
{
    private const byte NeverInUtf8 = 0xff;

    public static IEnumerable<Situation> Create() =>
    [
        .. Both("text", "a text message that is not UTF-8", "text is not UTF-8: byte 0xFF at offset 2",
            peer => peer.SendFrameAsync(1, (byte[])[.. "hi"u8, NeverInUtf8])),
        .. Both("reason", "a close reason that is not UTF-8", "close reason is not UTF-8: byte 0xFF at offset 3",
            peer => peer.SendFrameAsync(8, RawFrame.CloseBody(CloseCodes.NormalClosure, [.. "bye"u8, NeverInUtf8]))),
    ];

    private static Situation[] Both(string name, string description, string reason, Func<RawPeer, Task> send) => AgainstRawPeer.InBothRoles(
        "1007-" + name,
        description,
        ExpectedClose.Failed(new CloseFrame(CloseCodes.InvalidFramePayloadData, reason), CloseCause.InvalidData),
        async peer =>
        {
            await send(peer);
            await peer.ReadCloseAsync();
        });
}
