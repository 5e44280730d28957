using System.Net;
using Cierre.Client;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class DialerTests
{
    [Theory]
    [InlineData("[::1]", "::1")]
    [InlineData("[fe80::1%25eth0]", "fe80::1%eth0")]
    [InlineData("[fe80::1%eth0]", "fe80::1%eth0")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("localhost.", "localhost")]
    [InlineData("a.localhost.", "a.localhost")]
    [InlineData("example.org.", "example.org.")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    public void Host_of_a_URL_is_what_a_resolver_wants(string host, string plain) => Assert.Equal(plain, Dialer.Plain(host));

    [Fact]
    public async Task Address_is_not_looked_up() => Assert.Equal([IPAddress.IPv6Loopback], await Dialer.OfTheSystem.Resolve("::1", TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("ws://localhost.:{0}/")]
    [InlineData("ws://LOCALHOST:{0}/")]
    [InlineData("ws://127.0.0.1:{0}/")]
    public async Task Host_is_reached_however_it_is_written(string url)
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendCloseAsync(4001);
            await peer.ReadFrameAsync();
        });
        WebSocketConnection connection = await ClientRig.ConnectAsync(new Uri(string.Format(System.Globalization.CultureInfo.InvariantCulture, url, server.Port)));
        Assert.Equal(4001, (await connection.Closed.WaitAsync(ClientRig.Bound)).Code);
    }

    [Theory]
    [InlineData("ws://[::1]:9/", "::1", "[::1]:9")]
    [InlineData("ws://[fe80::7%25lo]:9/", "fe80::7%lo", "[fe80::7%lo]:9")]
    [InlineData("ws://[::FFFF:1.2.3.4]:9/", "::ffff:1.2.3.4", "[::ffff:1.2.3.4]:9")]
    [InlineData("ws://BÜCHER.example:9/", "xn--bcher-kva.example", "xn--bcher-kva.example:9")]
    [InlineData("ws://HOST.example.:9/", "host.example.", "host.example.:9")]
    [InlineData("ws://127.1:9/", "127.0.0.1", "127.0.0.1:9")]
    public async Task Target_that_refuses_is_no_proxy_however_its_host_is_written(string url, string asked, string named)
    {
        string? host = null;
        CloseRecord record = await ClientRig.FailAsync(new Uri(url), options =>
        {
            options.ConfigureHandler = handler => handler.UseProxy = true;
            options.Dialer = new Dialer
            {
                Resolve = (name, _) =>
                {
                    host = name;
                    return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
                },
                Connect = (_, _) => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionRefused),
            };
        });
        Assert.Equal((asked, CloseCause.ConnectionRefused), (host, record.Cause));
        Assert.StartsWith(named, record.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("proxy", record.Detail, StringComparison.Ordinal);
    }
}
