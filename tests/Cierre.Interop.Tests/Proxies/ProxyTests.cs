using System.Globalization;
using System.Text;
using Cierre.AspNetCore.Tests;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Interop.Tests.Proxies;

/// <summary>What nginx and haproxy do to a close, and a gateway of ours in the same place.</summary>
public sealed class ProxyTests(ProxyPlays plays)
{
    public static TheoryData<string> Proxies => [.. ProxyKind.All.Select(kind => kind.Name)];

    /// <summary>The page says of each situation what happens in it, and the other way round.</summary>
    [Fact]
    public async Task Page_shows_what_a_client_sees_behind_each()
    {
        // Begun together: most of them wait for processes most of the time.
        string[][] rows = await Task.WhenAll(ProxySituations.All.Select(async situation =>
            (string[])[situation.Name, .. await Task.WhenAll(Front.Names.Select(async front => (await plays.EndAsync(situation, front)).Cell))]));
        var table = new StringBuilder();
        foreach (string[] row in rows.Prepend([.. Enumerable.Repeat("---", Front.Names.Count + 1)]).Prepend(["", .. Front.Names])) table.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        Golden.MatchesPart("docs/deploy.md", "proxies", table.ToString());
    }

    /// <summary>Otherwise a client of one test would come to the proxy of another.</summary>
    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Two_proxies_never_listen_on_one_port(string proxy)
    {
        ProxyKind kind = ProxyKind.All.Single(kind => kind.Name == proxy);
        Assert.SkipUnless(kind.IsHere, $"{proxy} is not here.");
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await using ProxyFront one = await ProxyFront.StartAsync(kind, server.Url, TimeSpan.FromSeconds(30));
        await using ProxyFront other = await ProxyFront.StartAsync(kind, server.Url, TimeSpan.FromSeconds(30), one.Url.Port);
        Assert.NotEqual(one.Url.Port, other.Url.Port);
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Idle_timeout_of_a_proxy_is_told_by_both_sides_and_by_its_length(string proxy)
    {
        ProxyEnd end = await plays.EndAsync(ProxySituations.Idle, proxy);
        foreach (CloseRecord record in (CloseRecord[])[end.Client, end.Server!])
        {
            Assert.Equal((1006, EndedBy.Network, false), (record.Code, record.EndedBy, record.WasClean));
            Assert.True(record.Cause is CloseCause.EndOfStream or CloseCause.ConnectionReset);
            Assert.Contains("That suggests an idle timeout of 30 s between here and the peer (proxy, load balancer, NAT)", record.Explain(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            Assert.Contains("no ping was sent", record.Explain(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Connection_that_pings_outlives_the_idle_timeout_of_a_proxy(string proxy)
    {
        ProxyKind kind = ProxyKind.All.Single(kind => kind.Name == proxy);
        Assert.SkipUnless(kind.IsHere, $"{proxy} is not here.");
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, o => o.PingInterval = Timeout.InfiniteTimeSpan);
        await using ProxyFront front = await ProxyFront.StartAsync(kind, server.Url, TimeSpan.FromSeconds(1));
        await using WebSocketConnection silent = await WebSocketConnection.ConnectAsync(front.Url, new WebSocketClientOptions { PingInterval = Timeout.InfiniteTimeSpan }).Soon();
        await using WebSocketConnection pinging = await WebSocketConnection.ConnectAsync(front.Url, new WebSocketClientOptions { PingInterval = TimeSpan.FromMilliseconds(200) }).Soon();
        Assert.Equal(CloseCause.EndOfStream, (await silent.Closed.Soon()).Cause);
        await Waits.Until(() => pinging.Traffic.PongsReceived >= 15, "pongs of three times the limit");
        Assert.True(pinging.IsOpen);
        Assert.True((await pinging.CloseAsync().Soon()).WasClean);
    }

    /// <summary>A page's origin names the proxy, port and all; the configuration must tell the server.</summary>
    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Page_of_the_proxy_s_own_origin_may_connect_and_no_other(string proxy)
    {
        ProxyKind kind = ProxyKind.All.Single(kind => kind.Name == proxy);
        Assert.SkipUnless(kind.IsHere, $"{proxy} is not here.");
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await using ProxyFront front = await ProxyFront.StartAsync(kind, server.Url, TimeSpan.FromSeconds(30));
        await using WebSocketConnection client = await OpenAsync($"http://{front.Url.Authority}");
        await client.SendAsync("in");
        Assert.Equal("in", (await client.ReceiveAsync().Soon())!.Value.GetText());
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => OpenAsync("http://elsewhere.example"))).Record;
        Assert.Equal(403, (int)refused.HttpStatus!);

        Task<WebSocketConnection> OpenAsync(string origin) => WebSocketConnection.ConnectAsync(front.Url, new WebSocketClientOptions { Headers = { new("Origin", origin) } }).Soon();
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Server_that_is_killed_is_a_connection_lost_to_the_client_and_never_half_a_message(string proxy)
    {
        foreach (ProxySituation situation in (ProxySituation[])[ProxySituations.Killed, ProxySituations.KilledInsideMessage])
        {
            CloseRecord record = (await plays.EndAsync(situation, proxy)).Client;
            Assert.Equal((1006, EndedBy.Network, false), (record.Code, record.EndedBy, record.WasClean));
            Assert.Contains("the connection was lost without a close frame", record.Explain(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            Assert.Equal(ReconnectKind.Yes, record.Reconnect.Kind);
        }
    }

    [Fact]
    public async Task Server_that_is_killed_is_1014_behind_a_gateway_of_ours()
    {
        foreach (ProxySituation situation in (ProxySituation[])[ProxySituations.Killed, ProxySituations.KilledInsideMessage])
        {
            CloseRecord record = (await plays.EndAsync(situation, GatewayFront.Name)).Client;
            Assert.Equal((1014, "the connection to the upstream was lost", true), (record.Code, record.Reason, record.WasClean));
        }
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public async Task Server_that_is_down_is_a_status_of_the_proxy(string proxy)
    {
        CloseRecord record = (await plays.EndAsync(ProxySituations.Down, proxy)).Client;
        Assert.Equal((1006, CloseCause.HttpStatus, false), (record.Code, record.Cause, record.WasOpen));
        Assert.Equal(proxy == ProxyKind.Nginx.Name ? 502 : 503, (int)record.HttpStatus!.Value);
        Assert.Contains($"HTTP status {(int)record.HttpStatus.Value}", record.Detail, StringComparison.Ordinal);
        Assert.Equal(ReconnectKind.Yes, record.Reconnect.Kind);
    }
}
