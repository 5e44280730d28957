using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using Cierre.Client;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>Each way in which a proxy fails is told apart where something tells; ProxyTests has the answers of HTTP's.</summary>
public sealed class ProxyFailureTests
{
    private static readonly Uri Target = new("ws://target.invalid:81/");

    public enum Socks
    {
        RefusesAllMethods,
        RefusesTheCredentials,
        RefusesTheTarget,
        SpeaksSomethingElse,
        Ends,
    }

    [Theory]
    [InlineData(Socks.RefusesAllMethods, "authentication method")]
    [InlineData(Socks.RefusesTheCredentials, "authenticate")]
    [InlineData(Socks.RefusesTheTarget, "0x05")]
    [InlineData(Socks.SpeaksSomethingElse, "version")]
    [InlineData(Socks.Ends, "prematurely")]
    public async Task What_a_SOCKS_proxy_said_is_quoted(Socks says, string quoted)
    {
        using Listener proxy = new(socket => SayAsync(socket, says));
        CloseRecord record = await ClientRig.FailAsync(Target, Through($"socks5://127.0.0.1:{proxy.Port}"));
        Assert.Equal(CloseCause.ProxyFailed, record.Cause);
        Assert.StartsWith($"the proxy 127.0.0.1:{proxy.Port} did not open the way to the server: ", record.Detail, StringComparison.Ordinal);
        Assert.Contains(quoted, record.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_that_is_not_there_could_not_be_reached()
    {
        int port = ClientRig.ClosedPort();
        foreach (string scheme in (string[])["socks5", "socks4a", "http", "https"])
        {
            CloseRecord record = await ClientRig.FailAsync(Target, Through($"{scheme}://127.0.0.1:{port}"));
            Assert.Equal((CloseCause.ProxyFailed, $"the proxy 127.0.0.1:{port} could not be reached: 127.0.0.1:{port} (refused)"), (record.Cause, record.Detail));
        }
    }

    [Fact]
    public async Task Proxy_without_an_address_is_a_name_that_does_not_resolve() =>
        Assert.Equal("the name of the proxy noproxy.invalid:3128 could not be resolved", (await ClientRig.FailAsync(Target, Through("socks5://noproxy.invalid:3128"))).Detail);

    [Theory]
    [InlineData("banana\r\n\r\n", "the answer of the proxy 127.0.0.1:{0} is not HTTP")]
    [InlineData("", "the proxy 127.0.0.1:{0} ended the connection before it had answered")]
    public async Task Answer_of_an_HTTP_proxy_is_judged_as_its_own(string answer, string detail)
    {
        await using RawServer proxy = RawServer.Start(peer => peer.SendAsync(answer), switchProtocols: false);
        CloseRecord record = await ClientRig.FailAsync(Target, Through($"http://127.0.0.1:{proxy.Port}"));
        Assert.Equal((CloseCause.ProxyFailed, string.Format(System.Globalization.CultureInfo.InvariantCulture, detail, proxy.Port)), (record.Cause, record.Detail));
    }

    [Fact]
    public async Task Certificate_of_a_proxy_is_not_the_servers()
    {
        using var certificate = Certificates.WrongName();
        await using RawServer proxy = RawServer.Start(_ => Task.CompletedTask, switchProtocols: false, certificate: certificate);
        CloseRecord record = await ClientRig.FailAsync(new Uri("wss://target.invalid/"), Through($"https://localhost:{proxy.Port}"));
        Assert.Equal(CloseCause.ProxyFailed, record.Cause);
        Assert.StartsWith($"TLS with the proxy localhost:{proxy.Port} failed: RemoteCertificateNameMismatch", record.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Tunnel_that_failed_for_a_reason_that_nothing_tells_is_quoted()
    {
        var failed = new HttpRequestException(HttpRequestError.ProxyTunnelError, "text", new IOException("no luck"));
        Assert.Equal("the proxy p:1 did not open the way to the server: IOException: no luck", ProxyFailure.Of(failed, new OpeningTrace(new OpeningClock(TimeProvider.System)) { Dialled = "p:1" })!.Detail.English);
    }

    private static Action<WebSocketClientOptions> Through(string proxy) => options =>
        options.ConfigureHandler = handler => handler.Proxy = new WebProxy(proxy) { BypassProxyOnLocal = false, Credentials = new NetworkCredential("u", "p") };

    private static async Task SayAsync(Socket socket, Socks says)
    {
        byte[] buffer = new byte[512];
        await socket.ReceiveAsync(buffer);
        switch (says)
        {
            case Socks.RefusesAllMethods:
                await socket.SendAsync(new byte[] { 5, 0xFF });
                break;
            case Socks.RefusesTheCredentials:
                await socket.SendAsync(new byte[] { 5, 2 });
                await socket.ReceiveAsync(buffer);
                await socket.SendAsync(new byte[] { 1, 1 });
                break;
            case Socks.RefusesTheTarget:
                await socket.SendAsync(new byte[] { 5, 0 });
                await socket.ReceiveAsync(buffer);
                await socket.SendAsync(new byte[] { 5, 5, 0, 1, 0, 0, 0, 0, 0, 0 });
                break;
            case Socks.SpeaksSomethingElse:
                await socket.SendAsync("HTTP/1.1 400 x\r\n\r\n"u8.ToArray());
                break;
        }

        socket.Shutdown(SocketShutdown.Send);
        while (await socket.ReceiveAsync(buffer) > 0)
        {
        }
    }

    /// <summary>Accepts one connection at a time and speaks what it is told.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public Listener(Func<Socket, Task> say)
        {
            _listener.Start();
            _ = Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        using Socket socket = await _listener.AcceptSocketAsync();
                        await say(socket);
                    }
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // The test is over, or the client has gone.
                }
            });
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();
    }
}
