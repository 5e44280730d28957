using Cierre.RawPeers;
using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1002: frames that no WebSocket peer may send. Whoever gets one fails the connection, and its record says 1006 beside what it sent.</summary>
internal static class ProtocolErrors
{
    private const byte ReservedOpcode = 3;
    private const ushort NeverOnTheWire = 1005;

    private static readonly byte[] Hi = [.. "hi"u8];
    private static readonly PageRole ToldOfClose = PageRole.AsAnyClient.In(BrowserKind.Firefox, Quirk.TakesBadClose("firefox-takes-bad-close"));

    public static IEnumerable<Situation> Create() =>
    [
        .. Both("reserved-bit", "a frame with RSV1 set and no extension to explain it", "RSV1 set, but no extension that uses it was negotiated",
            peer => peer.SendFrameAsync(1, Hi, rsv: 4)),
        .. Both("reserved-opcode", "a frame of a kind that does not exist", "opcode 3 is reserved",
            peer => peer.SendFrameAsync(ReservedOpcode, Hi)),
        AgainstRawPeer.AtServer("1002-unmasked", "a client that does not mask", Expected("frame from a client is not masked"), SendWronglyMasked),
        AgainstRawPeer.AtClient("1002-masked", "a server that masks", Expected("frame from a server is masked"), SendWronglyMasked)
            with { InPage = PageRole.AsAnyClient.In(BrowserKind.Firefox, Quirk.Unable("firefox-takes-masked")) },
        .. Both("long-length", "a length of 2 written in 64 bits", "length 2 is encoded in 64 bits, but fits fewer",
            peer => peer.SendFrameAsync(1, Hi, longForm: true)),
        .. Both("fragmented-ping", "a ping without FIN", "ping frame is fragmented, a control frame never is",
            peer => peer.SendFrameAsync(9, Hi, fin: false)),
        .. Both("bad-code", "a close frame with 1005, a code that is only ever reported", "close code 1005 must not be sent",
            peer => peer.SendCloseAsync(NeverOnTheWire), ToldOfClose),
        .. Both("close-of-1-byte", "a close frame with half a code", "close frame with a body of 1 byte",
            peer => peer.SendFrameAsync(8, new byte[] { 3 }), ToldOfClose),
    ];

    private static Situation[] Both(string name, string description, string reason, Func<RawPeer, Task> send, PageRole? inPage = null) =>
        AgainstRawPeer.InBothRoles("1002-" + name, description, Expected(reason), ThenRead(send), inPage: inPage);

    private static Task SendWronglyMasked(RawPeer peer) =>
        ThenRead(p => p.SendFrameAsync(1, Hi, mask: !p.IsClient))(peer);

    private static Func<RawPeer, Task> ThenRead(Func<RawPeer, Task> send) => async peer =>
    {
        await send(peer);
        await peer.ReadCloseAsync();
    };

    private static ExpectedClose Expected(string reason) =>
        ExpectedClose.Failed(new CloseFrame(CloseCodes.ProtocolError, reason), CloseCause.ProtocolViolation);
}
