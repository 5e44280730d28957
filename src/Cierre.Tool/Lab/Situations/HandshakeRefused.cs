using Cierre.RawPeers;
using Cierre.Tool.Lab.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cierre.Tool.Lab.Situations;

/// <summary>Openings that fail: there is no close code for them on the wire, and the record names what went wrong.</summary>
internal static class HandshakeRefused
{
    public static IEnumerable<Situation> Create() => [Forbidden(), NotSwitched(), WrongAccept(), ClosedPort()];

    private static Situation Forbidden() => new("refused-403", "a server that answers 403 with a body")
    {
        Map = route => route.Endpoints.Map(route.Path, context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return context.Response.WriteAsync("Members only.");
        }),
        Client = ExpectedClose.NotOpened(CloseCause.HttpStatus) with { HttpStatus = StatusCodes.Status403Forbidden },
        Play = async run => await run.FailToConnectAsync(run.Url),
    };

    private static Situation NotSwitched() => new("refused-200", "a server that answers 200, as to any page")
    {
        Map = route => route.Endpoints.Map(route.Path, context => context.Response.WriteAsync("Hello.")),
        Client = ExpectedClose.NotOpened(CloseCause.BadHandshake) with { HttpStatus = StatusCodes.Status200OK },
        Play = async run => await run.FailToConnectAsync(run.Url),
    };

    private static Situation WrongAccept() => new("refused-bad-accept", "a server that answers a key that was not asked")
    {
        Client = ExpectedClose.NotOpened(CloseCause.BadHandshake) with { HttpStatus = StatusCodes.Status101SwitchingProtocols },
        Play = async run =>
        {
            using RawListener listener = RawListener.Start();
            Task<CloseRecord?> failing = run.FailToConnectAsync(listener.Url);
            using RawPeer server = await listener.AcceptAsync();
            await server.ReadHeadAsync();
            await server.SendAsync(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n");
            return await failing;
        },
    };

    private static Situation ClosedPort() => new("refused-closed-port", "a port at which nobody listens")
    {
        Client = ExpectedClose.NotOpened(CloseCause.ConnectionRefused),
        Play = async run =>
        {
            using RawListener closed = RawListener.Closed();
            return await run.FailToConnectAsync(closed.Url);
        },
    };
}
