using System.Net;
using Cierre.TestKit;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Xunit;

namespace Cierre.OpenTelemetry.Tests;

/// <summary>What an application's exporter is given, over real sockets.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task One_line_exports_both_sides_of_a_connection()
    {
        List<Metric> metrics = [];
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder().AddCierreInstrumentation().AddInMemoryExporter(metrics).Build();
        await using Site site = await Site.EchoAsync("/metrics/both");
        await site.TalkAsync("12345");
        await Waits.Until(() => Server("cierre.connection.closes").Count == 1, "the server's close");

        Assert.Equal([("opened", 1L)], Server("cierre.handshake.duration").Select(p => ((string)p.Attributes["cierre.handshake.outcome"]!, p.Count)));
        Exported close = Server("cierre.connection.closes").Single();
        Assert.Equal(("1000", "peer-closed", "remote", true), (close.Attributes["cierre.close.code"], close.Attributes["cierre.close.cause"], close.Attributes["cierre.close.ended_by"], close.Attributes["cierre.close.clean"]));
        Assert.DoesNotContain("error.type", close.Attributes);
        Assert.Equal(1, Server("cierre.connection.duration").Single().Count);
        Assert.Equal(0, Server("cierre.connection.active").Single().Value);
        foreach (IReadOnlyList<Exported> side in (IReadOnlyList<Exported>[])[Server("cierre.message.io"), Client("cierre.message.io")])
            Assert.Equal([("receive", 5.0), ("transmit", 5.0)], side.Select(p => ((string)p.Attributes["network.io.direction"]!, p.Value)).Order());
        Assert.Equal("requested", Client("cierre.connection.closes").Single().Attributes["cierre.close.cause"]);

        IReadOnlyList<Exported> Server(string name) => Points("http.route", "/metrics/both", name);
        IReadOnlyList<Exported> Client(string name) => Points("server.port", site.Url.Port, name);
        IReadOnlyList<Exported> Points(string attribute, object value, string name) => Flushed(provider, metrics, attribute, value, name);
    }

    [Fact]
    public async Task Servers_that_are_not_told_apart_have_no_series_until_there_is_one()
    {
        // A process that opens no connections has this one series of a client only; the clients of this one know a few servers.
        using var probe = new MeterProbe("Cierre", "server.address", "_OTHER");
        await using Site site = await Site.EchoAsync("/metrics/others");
        await site.TalkAsync();
        Assert.Empty(probe.Observe("cierre.connection.active"));
        Assert.Empty(probe.All);
    }

    [Fact]
    public async Task Handshakes_are_counted_by_their_outcome()
    {
        List<Metric> metrics = [];
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder().AddCierreInstrumentation().AddInMemoryExporter(metrics).Build();
        await using Site site = await Site.EchoAsync("/metrics/outcome");
        var foreign = new WebSocketClientOptions { Headers = { new("Origin", "https://elsewhere.example") } };
        await Assert.ThrowsAsync<WebSocketConnectException>(() => WebSocketConnection.ConnectAsync(site.Url, foreign).WaitAsync(Waits.Bound));
        await site.TalkAsync();
        await Waits.Until(() => Outcomes("http.route", site.Route).Length == 2, "both handshakes of the server");
        Assert.Equal([("opened", null, null), ("refused", 403, null)], Outcomes("http.route", site.Route));
        Assert.Equal([("opened", null, null), ("refused", 403, "http-status")], Outcomes("server.port", site.Url.Port));

        int nobody;
        using (var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            socket.Start();
            nobody = ((IPEndPoint)socket.LocalEndpoint).Port;
        }

        await Assert.ThrowsAsync<WebSocketConnectException>(() => WebSocketConnection.ConnectAsync(new Uri($"ws://127.0.0.1:{nobody}/")).WaitAsync(Waits.Bound));
        Assert.Equal([("failed", null, "connection-refused")], Outcomes("server.port", nobody));
        Assert.Empty(Flushed(provider, metrics, "server.port", nobody, "cierre.connection.closes"));

        (string, int?, string?)[] Outcomes(string attribute, object value) =>
            [.. Flushed(provider, metrics, attribute, value, "cierre.handshake.duration")
                .Select(p => ((string)p.Attributes["cierre.handshake.outcome"]!, (int?)p.Attributes.GetValueOrDefault("http.response.status_code"), (string?)p.Attributes.GetValueOrDefault("error.type")))
                .OrderBy(o => o.Item1, StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Connections_life_is_no_duration_of_a_request()
    {
        // Listened to directly: OpenTelemetry gives up a metric of two hosts as soon as one of them ends, and tests beside this one have hosts too.
        using var http = new MeterProbe("Microsoft.AspNetCore.Hosting", "http.route", "/metrics/http");
        using var ours = new MeterProbe("Cierre", "http.route", "/metrics/http");
        await using Site site = await Site.EchoAsync("/metrics/http");
        await site.TalkAsync();
        await Waits.Until(() => ours.Of("cierre.connection.closes").Count == 1, "the end of the connection");
        var foreign = new WebSocketClientOptions { Headers = { new("Origin", "https://elsewhere.example") } };
        await Assert.ThrowsAsync<WebSocketConnectException>(() => WebSocketConnection.ConnectAsync(site.Url, foreign).WaitAsync(Waits.Bound));
        await Waits.Until(() => http.Of("http.server.request.duration").Count > 0, "the duration of the refused request");
        // The host waits for all its requests.
        await site.DisposeAsync();
        Assert.Equal([403], http.Of("http.server.request.duration").Select(m => (int)m.Attributes["http.response.status_code"]!));
    }

    private static IReadOnlyList<Exported> Flushed(MeterProvider provider, List<Metric> metrics, string attribute, object value, string name)
    {
        metrics.Clear();
        provider.ForceFlush();
        return [.. Exported.Of(metrics, attribute, value).Where(point => point.Name == name)];
    }
}
