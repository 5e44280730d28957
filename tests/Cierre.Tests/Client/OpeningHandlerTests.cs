using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using Cierre.Client;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>The application's own code in the handler: what it throws is quoted, and blamed on nobody else.</summary>
public sealed class OpeningHandlerTests
{
    [Theory]
    [InlineData("ConnectCallback")]
    [InlineData("PlaintextStreamFilter")]
    [InlineData("RemoteCertificateValidationCallback")]
    [InlineData("LocalCertificateSelectionCallback")]
    public async Task What_a_callback_throws_is_quoted(string option)
    {
        using var certificate = Certificates.ForLocalhost();
        await using RawServer server = RawServer.Start(_ => Task.CompletedTask, switchProtocols: false, certificate: certificate);
        CloseRecord record = await FailAsync(server.Url, handler =>
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => option == "RemoteCertificateValidationCallback" ? throw Mine() : true;
            if (option == "ConnectCallback") handler.ConnectCallback = (_, _) => throw Mine();
            if (option == "PlaintextStreamFilter") handler.PlaintextStreamFilter = (_, _) => throw Mine();
            if (option == "LocalCertificateSelectionCallback") handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => throw Mine();
        });
        Assert.Equal(
            (1006, CloseCause.Aborted, EndedBy.Local, ReconnectKind.No, $"the application's {option} threw InvalidOperationException: mine\\n"),
            (record.Code, record.Cause, record.EndedBy, record.Reconnect.Kind, record.Detail));
    }

    /// <summary>A certificate is judged beside the connection: whatever network the application asks there, it is not this one.</summary>
    [Theory]
    [InlineData("RemoteCertificateValidationCallback")]
    [InlineData("LocalCertificateSelectionCallback")]
    public async Task Fault_of_another_connection_of_the_applications_is_quoted(string option)
    {
        using var certificate = Certificates.ForLocalhost();
        await using RawServer server = RawServer.Start(_ => Task.CompletedTask, switchProtocols: false, certificate: certificate);
        CloseRecord record = await FailAsync(server.Url, handler =>
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => option == "RemoteCertificateValidationCallback" ? throw new SocketException((int)SocketError.ConnectionReset) : true;
            if (option == "LocalCertificateSelectionCallback") handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => throw new SocketException((int)SocketError.HostNotFound);
        });
        Assert.Equal((1006, CloseCause.Aborted), (record.Code, record.Cause));
        Assert.StartsWith($"the application's {option} threw SocketException: ", record.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_that_throw_are_quoted()
    {
        await using RawServer server = RawServer.Start(
            peer => peer.SendAsync("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"), switchProtocols: false);
        CloseRecord record = await FailAsync(server.Url, handler => handler.Credentials = new Throwing());
        Assert.Equal((CloseCause.Aborted, "the opening failed: InvalidOperationException: mine\\n"), (record.Cause, record.Detail));
    }

    [Fact]
    public async Task Filter_that_throws_what_the_network_might_is_quoted_all_the_same()
    {
        await using RawServer server = RawServer.Start(_ => Task.CompletedTask, switchProtocols: false);
        CloseRecord record = await FailAsync(server.Url, handler => handler.PlaintextStreamFilter = (_, _) => throw new IOException("mine"));
        Assert.Equal((CloseCause.Aborted, "the application's PlaintextStreamFilter threw IOException: mine"), (record.Cause, record.Detail));
    }

    [Fact]
    public async Task Dial_that_throws_a_fault_of_its_stream_may_be_tried_again()
    {
        CloseRecord record = await FailAsync(new Uri("ws://made.up/"), handler => handler.ConnectCallback = (_, _) => throw new IOException("mine"));
        Assert.Equal((CloseCause.ConnectionRefused, ReconnectKind.Yes, "the application's ConnectCallback threw IOException: mine"), (record.Cause, record.Reconnect.Kind, record.Detail));
    }

    [Fact]
    public async Task Proxy_of_a_kind_that_there_is_not_is_quoted()
    {
        CloseRecord record = await FailAsync(new Uri("ws://made.up/"), handler => handler.Proxy = new WebProxy("gopher://127.0.0.1:1"));
        Assert.Equal((CloseCause.Aborted, ReconnectKind.No), (record.Cause, record.Reconnect.Kind));
        Assert.StartsWith("the opening failed: NotSupportedException: ", record.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_with_more_headers_than_allowed_says_so()
    {
        await using RawServer server = RawServer.Start(peer => peer.SendAsync($"HTTP/1.1 101 Switching Protocols\r\nX: {new string('a', 70_000)}\r\n\r\n"), switchProtocols: false);
        CloseRecord record = await ClientRig.FailAsync(server.Url);
        Assert.Equal((CloseCause.BadHandshake, "the headers of the server's answer are over the limit of 65536 bytes"), (record.Cause, record.Detail));
    }

    [Fact]
    public async Task Limit_of_a_dial_that_the_application_set_is_a_timeout()
    {
        CloseRecord record = await FailAsync(new Uri("ws://made.up/"), handler =>
        {
            handler.ConnectTimeout = TimeSpan.FromMilliseconds(50);
            handler.ConnectCallback = async (_, token) =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return Stream.Null;
            };
        });
        Assert.Equal((CloseCause.ConnectTimeout, "the opening took longer than 0.05 s"), (record.Cause, record.Detail));
    }

    [Fact]
    public async Task Certificate_is_compared_with_the_name_of_the_Host_header_which_the_record_names()
    {
        using var certificate = Certificates.ForLocalhost();
        await using RawServer server = RawServer.Start(_ => Task.CompletedTask, certificate: certificate);
        CloseRecord record = await ClientRig.FailAsync(server.Url, options => options.Headers.Add(new("Host", "inner.example:8443")));
        Assert.Equal((CloseCause.TlsFailed, "the server's certificate is not for the name inner.example"), (record.Cause, record.Detail));
    }

    [Fact]
    public void Handler_gets_credentials_proxy_and_TLS_and_then_the_applications_own_hand()
    {
        var credentials = new NetworkCredential("u", "p");
        var proxy = new WebProxy("http://127.0.0.1:1");
        (ICredentials?, ICredentials?, IWebProxy?, string?) seen = default;
        using SocketsHttpHandler handler = Create(new WebSocketClientOptions
        {
            Credentials = credentials,
            Proxy = proxy,
            ConfigureTls = tls => tls.TargetHost = "other.example",
            ConfigureHandler = handler =>
            {
                seen = (handler.Credentials, handler.DefaultProxyCredentials, handler.Proxy, handler.SslOptions.TargetHost);
                handler.UseCookies = false;
            },
        });
        Assert.Equal((credentials, credentials, proxy, "other.example"), seen);
        Assert.Equal((false, new Uri("http://127.0.0.1:1")), (handler.UseCookies, handler.Proxy!.GetProxy(new Uri("http://example.org/"))));
    }

    [Fact]
    public void Handler_is_left_alone_where_nothing_is_set()
    {
        using SocketsHttpHandler handler = Create(new WebSocketClientOptions());
        Assert.Equal((null, null), (handler.Credentials, handler.Proxy));
    }

    /// <summary>A proxy that brings credentials of its own answers with those, and another with the options'.</summary>
    [Theory]
    [InlineData(false, "dTpw")]
    [InlineData(true, "cHJveHk6b3du")]
    public async Task Credentials_answer_a_proxy_that_has_none_of_its_own(bool hasItsOwn, string expected)
    {
        string? answer = null;
        await using RawServer proxy = RawServer.Start(
            async peer =>
            {
                await peer.SendAsync("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
                await peer.ReadHeadAsync();
                answer = peer.Header("Proxy-Authorization");
                await peer.SendAsync("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
            },
            switchProtocols: false);
        CloseRecord record = await ClientRig.FailAsync(new Uri("ws://target.invalid:81/"), options =>
        {
            options.Credentials = new NetworkCredential("u", "p");
            options.Proxy = new WebProxy($"http://127.0.0.1:{proxy.Port}") { Credentials = hasItsOwn ? new NetworkCredential("proxy", "own") : null };
        });
        Assert.Equal((CloseCause.ProxyFailed, $"Basic {expected}"), (record.Cause, answer));
    }

    [Fact]
    public async Task Headers_of_the_answer_can_be_read()
    {
        await using RawServer server = RawServer.Start(
            async peer =>
            {
                await peer.SwitchProtocolsAsync("X-Served-By: seven", "Set-Cookie: a=b");
                await peer.SendCloseAsync(4001);
                await peer.ReadFrameAsync();
            },
            switchProtocols: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url);
        Assert.Equal(["seven"], connection.ResponseHeaders!.GetValues("X-Served-By"));
        await connection.Closed.WaitAsync(ClientRig.Bound);
        Assert.Equal(["a=b"], connection.ResponseHeaders.GetValues("Set-Cookie"));
        (WebSocketConnection client, WebSocketConnection other) = WebSocketConnection.CreatePair();
        Assert.Null(client.ResponseHeaders);
        client.Abort();
        other.Abort();
    }

    private static SocketsHttpHandler Create(WebSocketClientOptions options)
    {
        var trace = new OpeningTrace(new OpeningClock(TimeProvider.System));
        var redirects = new Redirects(new Uri("ws://example.org/"), []);
        return new OpeningHandler(redirects, null, options, trace, new FreshKey()) { LockAddressesAsync = (_, _) => default }.Create();
    }

    private static InvalidOperationException Mine() => new("mine\n");

    private static async Task<CloseRecord> FailAsync(Uri url, Action<SocketsHttpHandler> configure) =>
        (await Assert.ThrowsAsync<WebSocketConnectException>(() => ClientRig.ConnectAsync(url, options => options.ConfigureHandler = configure))).Record;

    private sealed class Throwing : ICredentials
    {
        public NetworkCredential? GetCredential(Uri uri, string authType) => throw Mine();
    }
}
