using System.Net;
using System.Security.Cryptography.X509Certificates;
using Cierre.Closing;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Every code of the table of codes, and every cause that a record can name, by its real situation over a real socket. Neither table can grow without a case here.</summary>
public sealed partial class EveryCloseTests
{
    public static TheoryData<string> CauseCases => [.. Causes.Select(it => it.Name)];

    public static TheoryData<string> CodeCases => [.. Codes.Select(it => it.Name)];

    [Fact]
    public void Each_cause_has_a_case() => Assert.Empty(Enum.GetValues<CloseCause>().Except(Causes.Select(it => it.Cause)).Except([CloseCause.Cancelled]));

    /// <summary>The one cause without a record of its own: who cancels an opening gets the exception of the cancellation.</summary>
    [Fact]
    public async Task Opening_that_is_cancelled_throws_what_a_cancellation_throws()
    {
        await using RawServer server = RawServer.Start(peer => peer.ReadToEndAsync(), switchProtocols: false);
        using var cancel = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WebSocketConnection.ConnectAsync(server.Url, cancellationToken: cancel.Token).Soon());
    }

    [Theory]
    [MemberData(nameof(CauseCases))]
    public async Task Cause_is_named(string name)
    {
        CauseCase it = Causes.Single(it => it.Name == name);
        CloseRecord record = await it.Play();
        Assert.Equal((it.Cause, it.Code, it.Sent, it.EndedBy), (record.Cause, (int)record.Code, (int?)record.Sent?.Code, record.EndedBy));
        Assert.Contains(it.Detail, record.Detail, StringComparison.Ordinal);
        Assert.Equal(record.Code is not (1006 or 1015), record.WasClean);
    }

    [Fact]
    public void Each_code_has_a_case_and_each_case_a_code() => Assert.Equal(CloseCodes.Default.All.Select(row => (int)row.FirstCode), Codes.Select(it => it.From).Distinct());

    [Theory]
    [MemberData(nameof(CodeCases))]
    public async Task Code_is_what_the_other_side_gets_or_what_is_reported(string name)
    {
        CodeCase it = Codes.Single(it => it.Name == name);
        CloseCodeInfo row = CloseCodes.Default.Get((ushort)it.From);
        int seen = await it.Play();
        // A code that is kept for later is a violation in a frame; what is only reported is none on the wire.
        if (row.IsAllowedInFrame || row.FirstCode is 1005 or 1006 or 1015) Assert.InRange(seen, row.FirstCode, row.LastCode);
        else Assert.Equal(1002, seen);
    }

    private sealed record CauseCase(CloseCause Cause, string How, int Code, int? Sent, EndedBy EndedBy, string Detail, Func<Task<CloseRecord>> Play)
    {
        public string Name => $"{Cause}: {How}";
    }

    private sealed record CodeCase(int From, string How, Func<Task<int>> Play)
    {
        public string Name => $"{From}: {How}";
    }

    /// <summary>The record of a server's end whose client is made of bytes.</summary>
    private static async Task<CloseRecord> AtServer(Func<WebSocketConnection, Task> handler, Func<RawPeer, Task> act, Action<WebSocketEndpointOptions>? options = null)
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, handler, options);
        await using (RawPeer peer = await server.RawAsync()) await act(peer);
        return await server.RecordAsync();
    }

    /// <summary>The record of a server's end whose client is Cierre's, and answers.</summary>
    private static async Task<CloseRecord> AtServer(Func<WebSocketConnection, Task> handler, Action<WebSocketEndpointOptions>? options = null, Func<TestServer, WebSocketConnection, Task>? act = null) =>
        (await BothAsync(handler, options, act)).Server;

    /// <summary>The code that a client of Cierre's gets from a server of Cierre's.</summary>
    private static async Task<int> FromServer(Func<WebSocketConnection, Task> handler, Action<WebSocketEndpointOptions>? options = null, Func<TestServer, WebSocketConnection, Task>? act = null)
    {
        (CloseRecord client, CloseRecord server) = await BothAsync(handler, options, act);
        Assert.Equal(client.Received!.Code, server.Sent!.Code);
        return client.Code;
    }

    private static async Task<(CloseRecord Client, CloseRecord Server)> BothAsync(Func<WebSocketConnection, Task> handler, Action<WebSocketEndpointOptions>? options, Func<TestServer, WebSocketConnection, Task>? act)
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, handler, options);
        await using WebSocketConnection client = await server.ConnectAsync();
        if (act is not null) await act(server, client);
        return (await client.Closed.Soon(), await server.RecordAsync());
    }

    /// <summary>The code of the close frame that a server answers bytes with.</summary>
    private static async Task<int> AnswerTo(byte[] bytes, Action<WebSocketEndpointOptions>? options = null)
    {
        int code = 0;
        await AtServer(TestServer.EchoAsync, async peer =>
        {
            await peer.SendAsync(bytes);
            code = await CodeAsync(peer);
        }, options);
        return code;
    }

    /// <summary>The record of an opening that fails.</summary>
    private static async Task<CloseRecord> Failing(Uri url, Action<WebSocketClientOptions>? configure = null)
    {
        var options = new WebSocketClientOptions();
        configure?.Invoke(options);
        return (await Assert.ThrowsAsync<WebSocketConnectException>(() => WebSocketConnection.ConnectAsync(url, options).Soon())).Record;
    }

    private static async Task<CloseRecord> Failing(Func<RawPeer, Task> answer, Action<WebSocketClientOptions>? configure = null, X509Certificate2? certificate = null, bool switchProtocols = false)
    {
        await using RawServer server = RawServer.Start(answer, switchProtocols, certificate);
        return await Failing(server.Url, configure);
    }

    /// <summary>The opening of a server with that certificate, which the test made.</summary>
    private static async Task<CloseRecord> FailingTls(Func<bool, X509Certificate2> make)
    {
        using X509Certificate2 certificate = make(false);
        return await Failing(_ => Task.CompletedTask, certificate: certificate);
    }

    /// <summary>A server that answers a client's TLS as what it is not: HTTP.</summary>
    private static async Task<CloseRecord> FailingPlaintext()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        return await Failing(new UriBuilder(server.Url) { Scheme = "wss" }.Uri);
    }

    private static async Task<CloseRecord> FailingProxy(int status)
    {
        await using RawServer proxy = RawServer.Start(peer => peer.SendAsync($"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n"), switchProtocols: false);
        return await Failing(new Uri("ws://target.invalid/"), Through(proxy.Port));
    }

    private static async Task<CloseRecord> MissingExtension(bool answers) => await Failing(
        async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            if (answers) await peer.SendCloseAsync(close.CloseCode!.Value);
        },
        options => options.RequiredExtensions.Add("x-none"),
        switchProtocols: true);

    /// <summary>Both records of a gateway's client whose upstream does not listen.</summary>
    private static async Task<(CloseRecord Client, CloseRecord Gateway)> BehindDeadUpstream()
    {
        await using Gateway.GatewayRig rig = await Gateway.GatewayRig.StartAsync(Carrier.Http1, new Uri("ws://127.0.0.1:1/"));
        await using WebSocketConnection client = await rig.Server.ConnectAsync(path: "/gw");
        return (await client.Closed.Soon(), (await rig.EndedAsync()).Client);
    }

    private static Action<WebSocketClientOptions> Through(int proxy) =>
        options => options.ConfigureHandler = handler => (handler.UseProxy, handler.Proxy) = (true, new WebProxy($"http://127.0.0.1:{proxy}"));

    private static WebSocketServer Server(TestServer server) => server.Services.GetRequiredService<WebSocketServer>();

    private static Task ResetAsync(RawPeer peer)
    {
        peer.Reset();
        return Task.CompletedTask;
    }

    /// <summary>Answers the close that comes, and stays to the end.</summary>
    private static async Task AnswerAsync(RawPeer peer)
    {
        await peer.SendCloseAsync(await CodeAsync(peer));
        await peer.ReadToEndAsync();
    }

    private static async Task<int> CodeAsync(RawPeer peer)
    {
        RawFrame frame;
        do frame = await peer.ReadFrameAsync();
        while (frame.Opcode != 8);
        return frame.CloseCode ?? 1005;
    }

    private static byte[] Frame(int opcode, params byte[] payload) => RawPeer.Frame(opcode, payload, fin: true, rsv: 0, mask: true);

    private static byte[] CloseWith(int code) => Frame(8, (byte)(code >> 8), (byte)code);
}
