using System.Globalization;
using Cierre.AspNetCore;
using Cierre.RawPeers;
using Cierre.Tool.Lab.Runs;
using Microsoft.AspNetCore.Builder;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1014: a gateway whose upstream is not there, or is lost. The reason tells which; half a message is never delivered.</summary>
internal static class UpstreamFails
{
    private static readonly CloseFrame NotReachable = new(CloseCodes.BadGateway, "the upstream refused the connection or is not reachable");

    private static readonly CloseFrame Lost = new(CloseCodes.BadGateway, "the connection to the upstream was lost");

    public static IEnumerable<Situation> Create() => [Dead(), LostInsideMessage()];

    private static Situation Dead() => new("1014-upstream-dead", "a gateway whose upstream does not listen")
    {
        Map = MapGateway,
        Client = ExpectedClose.ByPeer(NotReachable),
        Server = ExpectedClose.ByUs(NotReachable, CloseCause.UpstreamFailed),
        Play = async run =>
        {
            using RawListener upstream = RawListener.Closed();
            await using LabClient client = await run.ConnectAsync(Through(run, upstream));
            return await client.Closed;
        },
    };

    private static Situation LostInsideMessage() => new("1014-upstream-lost", "a gateway whose upstream is lost in the middle of a message")
    {
        Map = MapGateway,
        Client = ExpectedClose.ByPeer(Lost),
        Server = ExpectedClose.ByUs(Lost, CloseCause.UpstreamFailed),
        Play = async run =>
        {
            using RawListener listener = RawListener.Start();
            Task<LabClient> connecting = run.ConnectAsync(Through(run, listener));
            using RawPeer upstream = await listener.AcceptAsync();
            await RawListener.AnswerHandshakeAsync(upstream);
            await using LabClient client = await connecting;
            await upstream.SendFrameAsync(1, "half of a mess"u8.ToArray(), fin: false);
            upstream.Reset();
            await client.ExpectNothingAsync();
            return await client.Closed;
        },
    };

    /// <summary>Each play has an upstream of its own, so the request names it.</summary>
    private static void MapGateway(LabRoute route) => route.Endpoints.MapWebSocketGateway(
        route.Path,
        context => ValueTask.FromResult(new Uri($"ws://127.0.0.1:{int.Parse(context.Request.Query["upstream"]!, CultureInfo.InvariantCulture)}/")),
        options => route.Configure(options.Endpoint));

    private static Uri Through(SituationRun run, RawListener upstream) => new UriBuilder(run.Url) { Query = $"upstream={upstream.Url.Port}" }.Uri;
}
