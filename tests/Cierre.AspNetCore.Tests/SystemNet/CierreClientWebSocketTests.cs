using System.Net;
using System.Net.Http;
using System.Net.WebSockets;
using System.Text;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;
using ClientWebSocket = Cierre.CierreClientWebSocket;

namespace Cierre.AspNetCore.Tests.SystemNet;

/// <summary>A source that was written for the framework's client, by the alias alone.</summary>
public sealed class CierreClientWebSocketTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Tls)]
    [InlineData(Carrier.Http2)]
    public async Task Client_opens_talks_and_closes(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        using var client = new ClientWebSocket();
        Assert.Equal(WebSocketState.None, client.State);
        client.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        if (carrier == Carrier.Http2) client.Options.HttpVersion = HttpVersion.Version20;
        client.Options.KeepAliveInterval = TimeSpan.FromSeconds(5);
        await client.ConnectAsync(server.Url, None).Soon();
        Assert.Equal(WebSocketState.Open, client.State);
        await client.SendAsync(new ArraySegment<byte>("hello"u8.ToArray()), WebSocketMessageType.Text, true, None);
        byte[] buffer = new byte[100];
        WebSocketReceiveResult result = await client.ReceiveAsync(new ArraySegment<byte>(buffer), None).Soon();
        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, result.Count));
        await client.CloseAsync((WebSocketCloseStatus)4001, "bye", None).Soon();
        Assert.Equal((WebSocketState.Closed, (WebSocketCloseStatus?)4001), (client.State, client.CloseStatus));
        Assert.Equal(4001, (await client.Connection!.Closed.Soon()).Code);
    }

    [Fact]
    public async Task Abort_behind_a_dispose_does_nothing()
    {
        var fresh = new ClientWebSocket();
        Assert.Null(((WebSocket)fresh).GetCierre());
        fresh.Dispose();
        fresh.Abort();
        Assert.Equal(WebSocketState.Closed, fresh.State);
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        var open = new ClientWebSocket();
        await open.ConnectAsync(server.Url, None).Soon();
        Assert.Same(open.Connection, ((WebSocket)open).GetCierre());
        open.Dispose();
        open.Abort();
        Assert.Equal(WebSocketState.Closed, open.State);
        Assert.Equal(CloseCause.Disposed, (await open.Connection!.Closed.Soon()).Cause);
    }

    [Fact]
    public async Task What_the_options_say_is_in_the_request()
    {
        var seen = new TaskCompletionSource<(string?, string?, string?, string?)>();
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            map: app => app.MapWebSocket(
                "/seen",
                (connection, context, _) =>
                {
                    seen.SetResult((context.Request.Headers["X-Own"], context.Request.Headers.Cookie, connection.Subprotocol, connection.Extensions));
                    return Task.CompletedTask;
                },
                options =>
                {
                    options.Subprotocols.Add("chat");
                    options.Compression = new DeflateOptions();
                }));
        using var client = new ClientWebSocket();
        client.Options.SetRequestHeader("X-Own", "one");
        client.Options.SetRequestHeader("X-Own", "two");
        client.Options.AddSubProtocol("other");
        client.Options.AddSubProtocol("chat");
        client.Options.Cookies = new CookieContainer();
        client.Options.Cookies.Add(new Uri("http://127.0.0.1"), new Cookie("name", "value"));
        client.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        client.Options.CollectHttpResponseDetails = true;
        await client.ConnectAsync(new Uri(server.Url, "/seen"), None).Soon();
        (string? header, string? cookie, string? subprotocol, string? extensions) = await seen.Task.Soon();
        Assert.Equal(("two", "name=value", "chat"), (header, cookie, subprotocol));
        Assert.StartsWith("permessage-deflate", extensions, StringComparison.Ordinal);
        Assert.Equal(("chat", HttpStatusCode.SwitchingProtocols), (client.SubProtocol, client.HttpStatusCode));
        Assert.True(client.HttpResponseHeaders!.ContainsKey("sec-websocket-accept"));
    }

    [Fact]
    public async Task Refusal_is_no_WebSocket_and_says_why()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app => app.MapGet("/no", () => Results.NotFound()));
        using var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        WebSocketException e = await Assert.ThrowsAsync<WebSocketException>(() => client.ConnectAsync(new Uri(server.Url, "/no"), None));
        Assert.Equal((WebSocketError.NotAWebSocket, HttpStatusCode.NotFound, WebSocketState.Closed), (e.WebSocketErrorCode, client.HttpStatusCode, client.State));
        Assert.Contains("404", e.Message, StringComparison.Ordinal);
        Assert.Equal(404, (int)Assert.IsType<WebSocketConnectException>(e.InnerException).Record.HttpRefusal!.StatusCode);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_a_fault()
    {
        using var client = new ClientWebSocket();
        WebSocketException e = await Assert.ThrowsAsync<WebSocketException>(() => client.ConnectAsync(new Uri("ws://127.0.0.1:1"), None));
        Assert.Equal((WebSocketError.Faulted, WebSocketState.Closed), (e.WebSocketErrorCode, client.State));
    }

    [Fact]
    public async Task Opening_can_be_given_up()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using var cancelled = new ClientWebSocket();
        using var cancel = new CancellationTokenSource();
        Task opening = cancelled.ConnectAsync(url, cancel.Token);
        Assert.Equal(WebSocketState.Connecting, cancelled.State);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.Soon());
        using var aborted = new ClientWebSocket();
        opening = aborted.ConnectAsync(url, None);
        aborted.Abort();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.Soon());
        Assert.Equal(WebSocketState.Closed, aborted.State);
    }

    [Fact]
    public async Task Misuse_is_refused_by_name()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        using var client = new ClientWebSocket();
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.SendAsync(new ArraySegment<byte>([1]), WebSocketMessageType.Binary, true, None));
        Assert.Throws<ArgumentException>(() => client.Options.SetRequestHeader("Upgrade", "x"));
        Assert.Throws<ArgumentException>(() => client.Options.AddSubProtocol("no token"));
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        Assert.Contains("invoker", (await Assert.ThrowsAsync<NotSupportedException>(() => client.ConnectAsync(server.Url, invoker, None))).Message, StringComparison.Ordinal);
        await client.ConnectAsync(server.Url, None).Soon();
        Assert.Throws<InvalidOperationException>(() => client.Options.AddSubProtocol("late"));
        Assert.Throws<InvalidOperationException>(() => client.Options.KeepAliveInterval = TimeSpan.Zero);
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.ConnectAsync(server.Url, None));
        client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ReceiveAsync(new ArraySegment<byte>(new byte[1]), None));
        using var exact = new ClientWebSocket();
        (exact.Options.HttpVersion, exact.Options.HttpVersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        Assert.Contains("HttpVersionPolicy", (await Assert.ThrowsAsync<NotSupportedException>(() => exact.ConnectAsync(server.Url, None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_public_member_of_the_framework_s_class_is_here()
    {
        foreach ((Type theirs, Type ours) in ((Type, Type)[])[
            (typeof(System.Net.WebSockets.ClientWebSocket), typeof(ClientWebSocket)), (typeof(ClientWebSocketOptions), typeof(CierreClientWebSocketOptions))])
        {
            IEnumerable<string> Members(Type type) => type.GetMembers().Where(member => member.DeclaringType != typeof(object)).Select(member =>
                member.ToString()!.Replace(nameof(CierreClientWebSocketOptions), nameof(ClientWebSocketOptions), StringComparison.Ordinal)
                    .Replace("Cierre.ClientWebSocketOptions", "System.Net.WebSockets.ClientWebSocketOptions", StringComparison.Ordinal));
            Assert.DoesNotContain(Members(theirs).Except(Members(ours)), member => !member.StartsWith("Void .ctor", StringComparison.Ordinal));
        }
    }
}
