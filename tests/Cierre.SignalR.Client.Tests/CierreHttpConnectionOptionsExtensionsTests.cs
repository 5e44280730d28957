using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Cierre.AspNetCore;
using Cierre.TestKit;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR.Client;
using Xunit;

namespace Cierre.SignalR.Client.Tests;

/// <summary>SignalR's own client on Cierre; where both can, the same on the framework's <c>ClientWebSocket</c> beside it.</summary>
public sealed class CierreHttpConnectionOptionsExtensionsTests
{
    private static readonly TimeSpan Bound = RawPeer.DefaultBound;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_has_what_the_framework_s_own_has(bool skipNegotiation)
    {
        await using HubServer server = await HubServer.StartAsync();
        foreach (bool isOurs in (bool[])[false, true])
        {
            var cookies = new CookieContainer();
            cookies.Add(server.Url, new Cookie("flavour", "oat"));
            int asked = 0;
            await using HubConnection hub = Hub(server.Url, options =>
            {
                options.SkipNegotiation = skipNegotiation;
                options.Headers["X-Tenant"] = "seven";
                options.Headers["user-agent"] = "hub tests";
                options.Cookies = cookies;
                options.AccessTokenProvider = () => Task.FromResult<string?>($"token {++asked}");
                if (isOurs) options.UseCierre();
            });
            await hub.StartAsync().WaitAsync(Bound);
            Assert.Equal("hello", await hub.InvokeAsync<string>("Echo", "hello").WaitAsync(Bound));
            Assert.Equal("by the server", Uri.UnescapeDataString(cookies.GetCookies(server.Url)["given"]!.Value));
        }

        OpeningRequest[] requests = [.. server.Requests];
        Assert.Equal(2, requests.Length);
        Assert.Equal(Shown(requests[0]), Shown(requests[1]));
        Assert.StartsWith("Bearer token ", requests[1].Headers["Authorization"], StringComparison.Ordinal);
        Assert.Equal(("seven", "hub tests", "flavour=oat", "XMLHttpRequest"),
            (requests[1].Headers["X-Tenant"], requests[1].Headers["User-Agent"], requests[1].Headers["Cookie"], requests[1].Headers["X-Requested-With"]));

        static string[] Shown(OpeningRequest request) => [.. request.Headers.Where(header => !header.Key.StartsWith("Sec-WebSocket-", StringComparison.Ordinal))
            .Select(header => $"{header.Key}: {header.Value}").Order(StringComparer.OrdinalIgnoreCase)];
    }

    [Theory]
    [InlineData(false, "Microsoft SignalR/10.0 ")]
    [InlineData(true, "")]
    public async Task User_agent_of_the_framework_is_not_claimed(bool isOurs, string begins)
    {
        await using HubServer server = await HubServer.StartAsync();
        await using HubConnection hub = Hub(server.Url, options =>
        {
            if (isOurs) options.UseCierre();
        });
        await hub.StartAsync().WaitAsync(Bound);
        string agent = Assert.Single(server.Requests).Headers.GetValueOrDefault("User-Agent", "");
        Assert.Equal((true, isOurs), (agent.StartsWith(begins, StringComparison.Ordinal), agent.Length == 0));
    }

    [Fact]
    public async Task What_configure_says_counts_where_the_options_of_SignalR_say_nothing()
    {
        await using HubServer server = await HubServer.StartAsync();
        await using HubConnection hub = Hub(server.Url, options =>
        {
            options.Headers["X-Tenant"] = "seven";
            options.UseCierre(own =>
            {
                own.Headers.Add(new("x-tenant", "eight"));
                own.Headers.Add(new("Authorization", "Bearer own"));
                own.Headers.Add(new("X-Requested-With", "own"));
            });
        });
        await hub.StartAsync().WaitAsync(Bound);
        IReadOnlyDictionary<string, string> headers = Assert.Single(server.Requests).Headers;
        Assert.Equal(("seven", "Bearer own", "own"), (headers["X-Tenant"], headers["Authorization"], headers["X-Requested-With"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Credentials_answer_the_server_s_demand(bool isOurs)
    {
        await using HubServer server = await HubServer.StartAsync(password: "secret");
        await using HubConnection hub = Hub(server.Url, options =>
        {
            options.SkipNegotiation = true;
            options.Credentials = new NetworkCredential("user", "secret");
            if (isOurs) options.UseCierre();
        });
        await hub.StartAsync().WaitAsync(Bound);
        Assert.Equal([false, true], server.Requests.Select(request => request.Headers.ContainsKey("Authorization")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [InlineData(null)]
    public async Task Credentials_of_the_process_are_used_where_that_is_said(bool? use)
    {
        await using HubServer server = await HubServer.StartAsync();
        var own = new NetworkCredential("user", "secret");
        ICredentials? used = null;
        await using HubConnection hub = Hub(server.Url, options =>
        {
            options.Credentials = own;
            options.UseDefaultCredentials = use;
            options.UseCierre(configured => configured.ConfigureHandler = handler => used = handler.Credentials);
        });
        await hub.StartAsync().WaitAsync(Bound);
        Assert.Same(use == true ? CredentialCache.DefaultCredentials : own, used);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Certificate_of_the_client_is_shown(bool isOurs)
    {
        using X509Certificate2 ofServer = Certificates.ForLocalhost(), ofClient = Certificates.WrongName();
        await using HubServer server = await HubServer.StartAsync(ofServer);
        await using HubConnection hub = Hub(server.Url, options =>
        {
            options.SkipNegotiation = true;
            options.ClientCertificates = [ofClient];
            if (isOurs) options.UseCierre(own => own.ConfigureTls = tls => tls.RemoteCertificateValidationCallback = (_, _, _, _) => true);
            else options.WebSocketConfiguration = own => own.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        });
        await hub.StartAsync().WaitAsync(Bound);
        Assert.Equal(ofClient.Thumbprint, Assert.Single(server.Requests).Certificate);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Proxy_is_asked(bool isOurs)
    {
        using var proxy = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        proxy.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        proxy.Listen();
        await using HubConnection hub = Hub(new Uri("http://hub.example/hub"), options =>
        {
            options.SkipNegotiation = true;
            options.Proxy = new WebProxy($"http://{proxy.LocalEndPoint}");
            if (isOurs) options.UseCierre();
        });
        Task starting = hub.StartAsync();
        using (RawPeer asked = RawPeer.Accepted(await proxy.AcceptAsync().WaitAsync(Bound)))
        {
            Assert.StartsWith("CONNECT hub.example:80 HTTP/1.1\r\n", await asked.ReadHeadAsync(), StringComparison.Ordinal);
            await asked.SendAsync("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        }

        await Assert.ThrowsAnyAsync<Exception>(() => starting.WaitAsync(Bound));
    }

    [Fact]
    public async Task Client_comes_back_after_a_drain_with_1012_and_the_record_of_each_connection_says_why()
    {
        await using HubServer server = await HubServer.StartAsync();
        var connections = new List<WebSocketConnection>();
        var reconnected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using HubConnection hub = Hub(server.Url, options => options.UseCierre(connected: connections.Add));
        hub.Reconnected += _ =>
        {
            reconnected.TrySetResult();
            return Task.CompletedTask;
        };
        await hub.StartAsync().WaitAsync(Bound);
        Assert.Equal("one", await hub.InvokeAsync<string>("Echo", "one").WaitAsync(Bound));
        await server.Server.DrainAsync(new WebSocketDrainOptions { Code = CloseCodes.ServiceRestart, Spread = TimeSpan.Zero }).WaitAsync(Bound);
        server.Server.EndDrain();

        await reconnected.Task.WaitAsync(Bound);
        CloseRecord record = await connections[0].Closed.WaitAsync(Bound);
        Assert.Equal((1012, true, EndedBy.Remote, CloseCause.PeerClosed), (record.Code, record.WasClean, record.EndedBy, record.Cause));
        string large = new('a', 1 << 20);
        Assert.Equal(large, await hub.InvokeAsync<string>("Echo", large).WaitAsync(Bound));
        await hub.StopAsync().WaitAsync(Bound);
        Assert.Equal(2, connections.Count);
        // Who closes first is open, because a hub whose client stops closes too; and so is whether an answer comes before SignalR's client aborts.
        Assert.Equal(new CloseFrame(CloseCodes.NormalClosure), (await connections[1].Closed.WaitAsync(Bound)).Sent);
    }

    [Fact]
    public async Task Opening_that_fails_says_why()
    {
        await using HubServer server = await HubServer.StartAsync();
        await using HubConnection hub = Hub(new Uri(server.Url, "nothing"), options =>
        {
            options.SkipNegotiation = true;
            options.UseCierre();
        });
        WebSocketConnectException failed = await Assert.ThrowsAsync<WebSocketConnectException>(() => hub.StartAsync().WaitAsync(Bound));
        Assert.Equal(HttpStatusCode.NotFound, failed.Record.HttpStatus);
    }

    [Fact]
    public async Task What_connected_throws_fails_the_opening_and_closes_the_connection()
    {
        await using HubServer server = await HubServer.StartAsync();
        WebSocketConnection? opened = null;
        await using HubConnection hub = Hub(server.Url, options =>
        {
            options.SkipNegotiation = true;
            options.UseCierre(connected: connection =>
            {
                opened = connection;
                throw new InvalidTimeZoneException("not now");
            });
        });
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => hub.StartAsync().WaitAsync(Bound));
        Assert.Equal((ushort?)CloseCodes.GoingAway, (await opened!.Closed.WaitAsync(Bound)).Sent?.Code);
    }

    [Fact]
    public async Task Configuration_of_a_ClientWebSocket_is_refused_by_name()
    {
        var options = new HttpConnectionOptions { WebSocketConfiguration = _ => { } };
        NotSupportedException refused = Assert.Throws<NotSupportedException>(() => options.UseCierre());
        Assert.Contains("HttpConnectionOptions.WebSocketConfiguration", refused.Message, StringComparison.Ordinal);
        Assert.Null(options.WebSocketFactory);

        // Set behind UseCierre, it must not be passed over either.
        await using HubConnection hub = Hub(new Uri("http://127.0.0.1:9/hub"), later =>
        {
            later.SkipNegotiation = true;
            later.UseCierre();
            later.WebSocketConfiguration = _ => { };
        });
        await Assert.ThrowsAsync<NotSupportedException>(() => hub.StartAsync().WaitAsync(Bound));
        Assert.Throws<ArgumentNullException>(() => CierreHttpConnectionOptionsExtensions.UseCierre(null!));
    }

    private static HubConnection Hub(Uri url, Action<HttpConnectionOptions> configure) => new HubConnectionBuilder()
        .WithUrl(url, HttpTransportType.WebSockets, configure)
        .WithAutomaticReconnect([TimeSpan.Zero, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)])
        .Build();
}
