using Cierre.RawPeers;
using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1006 by a peer that does not answer a close, and does not end the stream either.</summary>
internal static class SilentPeer
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);
    private static readonly CloseFrame Bye = new(CloseCodes.NormalClosure, "anybody there?");

    private static readonly ExpectedClose Expected = ExpectedClose.Unanswered(Bye, CloseCause.CloseTimeout) with
    {
        Detail = "no close frame came from the peer within 1 s of the decision to close",
    };

    public static Situation AtServer() =>
        AgainstRawPeer.AtServer("1006-silent-peer", "a client that does not answer a close", Expected, ReadOnlyAsync, Configure) with { Handler = CloseAsync };

    public static Situation AtClient() =>
        AgainstRawPeer.AtClient("1006-silent-peer", "a server that does not answer a close", Expected, ReadOnlyAsync, Configure, client =>
            client.CloseAsync(Bye)) with { InPage = PageRole.Unable("no-close-timeout") };

    private static Task ReadOnlyAsync(RawPeer peer) => peer.ReadToEndAsync();

    private static Task<CloseRecord> CloseAsync(WebSocketConnection connection) => connection.CloseAsync(Bye.Code, Bye.Reason);

    private static void Configure(WebSocketConnectionOptions options) => options.CloseTimeout = CloseTimeout;
}
