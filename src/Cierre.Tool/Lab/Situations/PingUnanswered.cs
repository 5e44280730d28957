using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1011 by keep-alive: a peer that answers no ping; one that still answers the close, and one that answers nothing.</summary>
internal static class PingUnanswered
{
    private static readonly CloseFrame Failure = new(CloseCodes.InternalError, "ping was not answered within 0.15 s");

    public static IEnumerable<Situation> Create() =>
    [
        .. AgainstRawPeer.InBothRoles(
            "1011-no-pong",
            "a peer that answers a close, but no ping",
            ExpectedClose.ByUs(Failure, CloseCause.PingTimeout),
            async peer =>
            {
                if (await peer.ReadCloseAsync() is { CloseCode: { } code }) await peer.SendCloseAsync(code);
            },
            Configure,
            PageRole.Unable("no-pings")),
        .. AgainstRawPeer.InBothRoles(
            "1011-unheard",
            "a peer that answers neither pings nor the close",
            ExpectedClose.Unanswered(Failure, CloseCause.PingTimeout),
            peer => peer.ReadToEndAsync(),
            options =>
            {
                Configure(options);
                options.CloseTimeout = TimeSpan.FromSeconds(1);
            },
            PageRole.Unable("no-pings")),
    ];

    private static void Configure(WebSocketConnectionOptions options)
    {
        options.PingInterval = TimeSpan.FromMilliseconds(100);
        options.PingTimeout = TimeSpan.FromMilliseconds(150);
    }
}
