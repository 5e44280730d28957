using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Cierre.Client;
using Cierre.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class OpeningClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Step_ends_where_the_next_begins_and_the_last_where_the_opening_does(bool completed)
    {
        var time = new FakeTimeProvider();
        var clock = new OpeningClock(time);
        time.Advance(Second);
        clock.Begin(OpeningPhase.Tcp);
        time.Advance(Second);
        clock.Begin(OpeningPhase.Tcp);
        time.Advance(Second);
        clock.Begin(OpeningPhase.Upgrade);
        time.Advance(3 * Second);
        OpeningTimes times = clock.Stop(completed);
        Assert.Equal([new(OpeningPhase.Tcp, Second, 2 * Second, true), new OpeningStep(OpeningPhase.Upgrade, 3 * Second, 3 * Second, completed)], times.Steps);
        Assert.Equal((6 * Second, 6 * Second), (times.Total, clock.Elapsed));
    }

    [Fact]
    public void Opening_that_did_nothing_has_no_steps() => Assert.Empty(new OpeningClock(TimeProvider.System).Stop(completed: false).Steps);

    [Fact]
    public async Task Open_connection_knows_its_steps()
    {
        await using RawServer server = RawServer.Start(peer => peer.ReadToEndAsync());
        await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(server.Url);
        Assert.Equal([OpeningPhase.NameResolution, OpeningPhase.Tcp, OpeningPhase.Upgrade], Phases(client.OpeningTimes));
        Assert.All(client.OpeningTimes!.Steps, step => Assert.True(step.Succeeded));
        Assert.True(client.OpeningTimes.Steps.Sum(step => step.Duration.Ticks) <= client.OpeningTimes.Total.Ticks);
        client.Abort();
        Assert.Null((await client.Closed).OpeningTimes);
    }

    [Fact]
    public async Task Tls_is_a_step_and_a_dial_of_ones_own_resolves_the_name_in_it()
    {
        using X509Certificate2 certificate = Certificates.ForLocalhost();
        await using RawServer server = RawServer.Start(peer => peer.ReadToEndAsync(), certificate: certificate);
        await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(server.Url, new WebSocketClientOptions
        {
            ConfigureHandler = handler =>
            {
                handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
                handler.ConnectCallback = async (context, token) =>
                {
                    var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                    await socket.ConnectAsync(context.DnsEndPoint, token);
                    return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
                };
            },
        });
        Assert.Equal([OpeningPhase.Tcp, OpeningPhase.Tls, OpeningPhase.Upgrade], Phases(client.OpeningTimes));
        client.Abort();
    }

    [Fact]
    public async Task Opening_that_failed_says_in_which_step()
    {
        using X509Certificate2 certificate = Certificates.ForLocalhost();
        await using RawServer server = RawServer.Start(_ => Task.CompletedTask, certificate: certificate);
        var failed = await Assert.ThrowsAsync<WebSocketConnectException>(() => WebSocketConnection.ConnectAsync(server.Url));
        Assert.Equal((OpeningPhase.Tls, false), (failed.Record.OpeningTimes!.Steps[^1].Phase, failed.Record.OpeningTimes.Steps[^1].Succeeded));
        Assert.Equal(failed.Record.Elapsed, failed.Record.OpeningTimes.Total);
    }

    private static IEnumerable<OpeningPhase> Phases(OpeningTimes? times) => times!.Steps.Select(step => step.Phase);
}
