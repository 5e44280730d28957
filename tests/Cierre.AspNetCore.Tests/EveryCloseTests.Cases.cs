using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Cierre.EndedBy;

namespace Cierre.AspNetCore.Tests;

public sealed partial class EveryCloseTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    private static readonly CauseCase[] Causes =
    [
        //                                                       code  sent  by
        new(CloseCause.PeerClosed, "the client closes",          4000, 4000, Remote, "the peer's close frame came first", () => AtServer(TestServer.EchoAsync, act: (_, client) => client.CloseAsync(4000))),
        new(CloseCause.Requested, "the handler closes",          4000, 4000, Local, "the application asked", () => AtServer(connection => connection.CloseAsync(4000))),
        new(CloseCause.HandlerReturned, "the handler returns",   1000, 1000, Local, "the handler returned", () => AtServer(_ => Task.CompletedTask)),
        new(CloseCause.HandlerFailed, "the handler throws",      1011, 1011, Local, "the handler failed", () => AtServer(_ => throw new InvalidOperationException())),
        new(CloseCause.HostStopping, "the host stops",           1001, 1001, Local, "the server is stopping", () => AtServer(TestServer.EchoAsync, act: (server, _) => server.StopAsync())),
        new(CloseCause.LoadShed, "load is shed",                 1013, 1013, Local, "sheds load", () => AtServer(TestServer.EchoAsync, act: (server, _) => ShedAsync(server))),
        new(CloseCause.ProtocolViolation, "a reserved opcode",   1006, 1002, Local, "opcode 3 is reserved", () => AtServer(TestServer.EchoAsync, async peer => await peer.SendFrameAsync(3))),
        new(CloseCause.InvalidData, "text that is not UTF-8",    1006, 1007, Local, "byte 0xFF at offset 1", () => AtServer(TestServer.EchoAsync, async peer => await peer.SendFrameAsync(1, new byte[] { 0x61, 0xFF }))),
        new(CloseCause.MessageTooBig, "11 bytes where 10 may be", 1006, 1009, Local, "message of 11 bytes is over the limit of 10", () => AtServer(TestServer.EchoAsync, peer => peer.SendFrameAsync(2, new byte[11]), o => o.MaxMessageSize = 10)),
        new(CloseCause.UnsupportedData, "binary to a text endpoint", 1003, 1003, Local, "binary message, but only text is accepted", () => AtServer(TestServer.EchoAsync, o => o.AcceptedKind = WebSocketMessageKind.Text, async (_, client) => await client.SendAsync(new byte[1]))),
        new(CloseCause.PolicyViolation, "two messages where one may be", 1008, 1008, Local, "messages come faster than 1 per second", () => AtServer(TestServer.EchoAsync, o => o.MaxMessagesPerSecond = 1, TwiceAsync)),
        new(CloseCause.Unauthorized, "the credentials expire",   3000, 3000, Local, "the credentials expired at 2001-", () => AtServer(TestServer.EchoAsync, o => o.ExpirySelector = _ => new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero))),
        new(CloseCause.Forbidden, "the permission goes",         3003, 3003, Local, "permission is missing", () => AtServer(TestServer.EchoAsync, Unpermitted)),
        new(CloseCause.Deadline, "the handler takes too long",   3008, 3008, Local, "the handler took longer than 0.1 s", () => AtServer(TestServer.EchoAsync, o => o.HandlerTimeout = Short)),
        new(CloseCause.IdleTimeout, "nobody says anything",      3008, 3008, Local, "no message either way for 0.1 s", () => AtServer(TestServer.EchoAsync, o => o.IdleTimeout = Short)),
        new(CloseCause.ExtensionMissing, "answered",             1010, 1010, Local, "did not accept the extension x-none", () => MissingExtension(answers: true)),
        new(CloseCause.ExtensionMissing, "not answered",         1006, 1010, Local, "did not accept the extension x-none", () => MissingExtension(answers: false)),
        new(CloseCause.PingTimeout, "a ping is not answered",    1006, 1011, Local, "ping was not answered within 0.1 s", () => AtServer(TestServer.EchoAsync, async peer => await peer.ReadToEndAsync(), o => (o.PingInterval, o.PingTimeout, o.CloseTimeout) = (Short, Short, Short))),
        new(CloseCause.CloseTimeout, "a close is not answered",  1006, 4000, Local, "no close frame came from the peer within 0.1 s", () => AtServer(connection => connection.CloseAsync(4000), async peer => await peer.ReadToEndAsync(), o => o.CloseTimeout = Short)),
        new(CloseCause.EndOfStream, "FIN",                       1006, null, Network, "ended the stream without a close frame", () => AtServer(TestServer.EchoAsync, peer => peer.HalfCloseAsync())),
        new(CloseCause.ConnectionReset, "RST",                   1006, null, Network, "reset the connection", () => AtServer(TestServer.EchoAsync, ResetAsync)),
        new(CloseCause.Disposed, "the connection is disposed",   1001, 1001, Local, "disposed without a close", () => AtServer(async connection => await connection.DisposeAsync())),
        new(CloseCause.Aborted, "the connection is aborted",     1006, null, Local, "aborted the connection", () => AtServer(AbortAsync)),
        new(CloseCause.NameNotResolved, "a name that is none",   1006, null, Network, "the host name nosuch.invalid could not be resolved", () => Failing(new Uri("ws://nosuch.invalid/"))),
        new(CloseCause.ConnectionRefused, "a closed port",       1006, null, Network, "127.0.0.1:1 refused the connection", () => Failing(new Uri("ws://127.0.0.1:1/"))),
        new(CloseCause.ConnectTimeout, "a server that does not answer", 1006, null, Network, "the opening took longer than 0.1 s", () => Failing(async peer => await peer.ReadToEndAsync(), o => o.ConnectTimeout = Short)),
        new(CloseCause.ProxyFailed, "407",                       1006, null, Network, "answered with HTTP status 407", () => FailingProxy(407)),
        new(CloseCause.ProxyFailed, "403",                       1006, null, Network, "answered with HTTP status 403", () => FailingProxy(403)),
        new(CloseCause.ProxyFailed, "a proxy that does not listen", 1006, null, Network, "127.0.0.1:1 could not be reached", () => Failing(new Uri("ws://target.invalid/"), Through(1))),
        new(CloseCause.TlsFailed, "a certificate for another name", 1015, null, Network, "not for the name localhost", () => FailingTls(Certificates.WrongName)),
        new(CloseCause.TlsFailed, "a certificate that expired",  1015, null, Network, "the server's certificate expired on ", () => FailingTls(Certificates.Expired)),
        new(CloseCause.TlsFailed, "a certificate of nobody we trust", 1015, null, Network, "the server's certificate is not trusted", () => FailingTls(Certificates.ForLocalhost)),
        new(CloseCause.TlsFailed, "a server without TLS",        1015, null, Network, "the TLS handshake failed", FailingPlaintext),
        new(CloseCause.HttpStatus, "404",                        1006, null, Network, "the server answered with HTTP status 404", () => Failing(peer => peer.SendAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))),
        new(CloseCause.BadHandshake, "200",                      1006, null, Network, "HTTP status 200 where 101 was due", () => Failing(peer => peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))),
        new(CloseCause.UpstreamFailed, "an upstream that does not listen", 1014, 1014, Local, "the upstream refused the connection or is not reachable: 127.0.0.1:1 refused", async () => (await BehindDeadUpstream()).Gateway),
        new(CloseCause.SessionLost, "a client that does not come back", 1006, null, Network, "the session is lost, because it was without a connection for longer than its window", WhereNobodyComesBack),
    ];

    private static readonly CodeCase[] Codes =
    [
        new(0, "comes in a frame", () => AnswerTo(CloseWith(999))),
        new(1000, "a handler returns", () => FromServer(_ => Task.CompletedTask)),
        new(1001, "the host stops", () => FromServer(TestServer.EchoAsync, act: (server, _) => server.StopAsync())),
        new(1001, "a connection is disposed", () => FromServer(async connection => await connection.DisposeAsync())),
        new(1002, "a frame breaks the protocol", () => AnswerTo(Frame(3))),
        new(1003, "a message is of the other kind", () => FromServer(TestServer.EchoAsync, o => o.AcceptedKind = WebSocketMessageKind.Text, async (_, client) => await client.SendAsync(new byte[1]))),
        new(1004, "comes in a frame", () => AnswerTo(CloseWith(1004))),
        new(1005, "a close frame is empty", async () => (await AtServer(TestServer.EchoAsync, async peer =>
        {
            await peer.SendFrameAsync(8);
            Assert.Equal(1005, await CodeAsync(peer));
        })).Code),
        new(1006, "the connection is lost", async () => (await AtServer(TestServer.EchoAsync, ResetAsync)).Code),
        new(1007, "a text is not UTF-8", () => AnswerTo(Frame(1, 0xFF))),
        new(1007, "a close reason is not UTF-8", () => AnswerTo(Frame(8, 0x03, 0xE8, 0xFF))),
        new(1008, "messages come too fast", () => FromServer(TestServer.EchoAsync, o => o.MaxMessagesPerSecond = 1, TwiceAsync)),
        new(1008, "a message has too many fragments", () => AnswerTo([.. RawPeer.Frame(1, "a"u8, fin: false, rsv: 0, mask: true), .. Frame(0, (byte)'b')], o => o.MaxFragments = 1)),
        new(1009, "a message is too big", () => AnswerTo(Frame(2, new byte[11]), o => o.MaxMessageSize = 10)),
        new(1010, "a required extension is not accepted", async () => (await MissingExtension(answers: true)).Sent!.Code),
        new(1011, "a handler throws", () => FromServer(_ => throw new InvalidOperationException())),
        new(1011, "a ping is not answered", async () =>
        {
            int code = 0;
            await AtServer(TestServer.EchoAsync, async peer => code = await CodeAsync(peer), o => (o.PingInterval, o.PingTimeout) = (Short, Short));
            return code;
        }),
        new(1012, "the service restarts", () => FromServer(TestServer.EchoAsync, act: (server, _) => Server(server).DrainAsync(new WebSocketDrainOptions { Code = 1012 }))),
        new(1013, "load is shed", () => FromServer(TestServer.EchoAsync, act: (server, _) => ShedAsync(server))),
        new(1013, "no place is left", AtCapacityAsync),
        new(1014, "an upstream does not listen", async () => (await BehindDeadUpstream()).Client.Code),
        new(1015, "a certificate is not trusted", async () => (await FailingTls(Certificates.ForLocalhost)).Code),
        new(1016, "comes in a frame", () => AnswerTo(CloseWith(1999))),
        new(2000, "comes in a frame", () => AnswerTo(CloseWith(2500))),
        new(3000, "credentials expire", () => FromServer(TestServer.EchoAsync, o => o.ExpirySelector = _ => DateTimeOffset.UnixEpoch)),
        new(3001, "an application closes", () => FromServer(connection => connection.CloseAsync(3002))),
        new(3003, "the permission goes", () => FromServer(TestServer.EchoAsync, Unpermitted)),
        new(3004, "an application closes", () => FromServer(connection => connection.CloseAsync(3005))),
        new(3008, "nobody says anything", () => FromServer(TestServer.EchoAsync, o => o.IdleTimeout = Short)),
        new(3008, "a handler takes too long", () => FromServer(TestServer.EchoAsync, o => o.HandlerTimeout = Short)),
        new(3009, "an application closes", () => FromServer(connection => connection.CloseAsync(3999))),
        new(4000, "an application closes", () => FromServer(connection => connection.CloseAsync(4999))),
    ];

    private static async Task TwiceAsync(TestServer server, WebSocketConnection client)
    {
        await client.SendAsync("once");
        await client.SendAsync("twice");
    }

    private static async Task ShedAsync(TestServer server)
    {
        // The client may know that it is open before the server's roster has it.
        await Waits.Until(() => server.Connections.Count == 1, "the connection");
        await Server(server).ShedAsync(1).Soon();
    }

    private static void Unpermitted(WebSocketEndpointOptions options) => (options.PermissionCheckInterval, options.PermissionCheck) = (Short, (_, _) => ValueTask.FromResult(false));

    private static Task AbortAsync(WebSocketConnection connection)
    {
        connection.Abort();
        return Task.CompletedTask;
    }

    private static async Task<int> AtCapacityAsync()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, o => (o.MaxConnections, o.CapacityResponse) = (1, RefusalMode.Close));
        await using WebSocketConnection first = await server.ConnectAsync(), second = await server.ConnectAsync();
        return (await second.Closed.Soon()).Code;
    }

    private static async Task<CloseRecord> WhereNobodyComesBack()
    {
        var ended = new TaskCompletionSource<CloseRecord>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder => builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider()),
            map: app => app.MapWebSocket("/session", async connection => ended.SetResult(await connection.DiscardAllAsync()))
                .WithResume(resume => resume.Window = TimeSpan.FromMilliseconds(20)));
        WebSocketClientOptions options = server.ClientOptions();
        options.Subprotocols.Add("cierre.resume.v1");
        WebSocketConnection client = await server.ConnectAsync(options, "/session").Soon();
        await client.SendAsync("""!{"hello":1}""");
        await client.ReceiveAsync().Soon();
        client.Abort();
        return await ended.Task.Soon();
    }
}
