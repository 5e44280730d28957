using System.Diagnostics;
using Cierre.Telemetry;
using Cierre.TestKit;
using Cierre.Tests.Connections;

namespace Cierre.Tests.Telemetry;

/// <summary>A connection's measurements and its span, by the connection's own clock.</summary>
public sealed class ConnectionTelemetryTests
{
    [Fact]
    public async Task Close_is_measured_once_with_its_facts()
    {
        using var meter = new MeterProbe(CierreTelemetry.MeterName, "http.route", "/facts");
        var played = Server("/facts");
        Assert.Equal(1, Assert.Single(meter.Observe("cierre.connection.active")).Value);
        MeterProbe.Measured handshake = Assert.Single(meter.Of("cierre.handshake.duration"));
        Assert.Equal(("opened", 0.0), (handshake.Attributes["cierre.handshake.outcome"], handshake.Value));
        Assert.DoesNotContain("error.type", handshake.Attributes);

        played.Clock.Advance(TimeSpan.FromSeconds(90));
        played.PeerClose(1001, "tab closed");
        played.Wire.End();
        await played.Ended;

        MeterProbe.Measured close = Assert.Single(meter.Of("cierre.connection.closes"));
        Assert.Equal(
            new SortedDictionary<string, object?>
            {
                ["cierre.role"] = "server",
                ["http.route"] = "/facts",
                ["cierre.close.code"] = "1001",
                ["cierre.close.cause"] = "peer-closed",
                ["cierre.close.ended_by"] = "remote",
                ["cierre.close.clean"] = true,
            },
            new SortedDictionary<string, object?>(close.Attributes.ToDictionary()));
        MeterProbe.Measured lifetime = Assert.Single(meter.Of("cierre.connection.duration"));
        Assert.Equal((90.0, "peer-closed"), (lifetime.Value, lifetime.Attributes["cierre.close.cause"]));
        Assert.Equal(0, Assert.Single(meter.Observe("cierre.connection.active")).Value);
    }

    [Fact]
    public async Task Error_is_told_by_its_cause()
    {
        using var meter = new MeterProbe(CierreTelemetry.MeterName, "server.address", "error.example");
        using var spans = new SpanProbe(CierreTelemetry.ActivitySourceName);
        var played = new Played(client: true, o => o.PingInterval = Timeout.InfiniteTimeSpan, time => ConnectionTelemetry.OfClient(new Uri("ws://error.example/a?secret"), time));
        played.Peer(Played.Text, [0xFF]);
        played.Wire.End();
        await played.Ended;
        MeterProbe.Measured close = Assert.Single(meter.Of("cierre.connection.closes"));
        Assert.Equal(("invalid-data", "1006"), (close.Attributes["error.type"], close.Attributes["cierre.close.code"]));
        Activity span = Assert.Single(spans.With("server.address", "error.example"));
        Assert.Equal((ActivityStatusCode.Error, "invalid-data", "1007"), (span.Status, span.GetTagItem("error.type"), span.GetTagItem("cierre.close.sent")));
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value?.ToString()?.Contains("secret", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Connection_that_was_open_before_anybody_listened_is_counted_in_full()
    {
        var played = Server("/before");
        played.PeerText("four");
        Assert.Equal("four", await played.ReceiveTextAsync());
        using var meter = new MeterProbe(CierreTelemetry.MeterName, "http.route", "/before");
        Assert.Equal(1, Assert.Single(meter.Observe("cierre.connection.active")).Value);
        Assert.Equal((1, 4), (meter.Observe("cierre.messages", "receive"), meter.Observe("cierre.message.io", "receive")));
        played.Connection.Abort();
        played.Wire.End();
        await played.Ended;
        Assert.Equal(0, Assert.Single(meter.Observe("cierre.connection.active")).Value);
        Assert.Equal((1, 4), (meter.Observe("cierre.messages", "receive"), meter.Observe("cierre.message.io", "receive")));
    }

    [Fact]
    public async Task Span_lasts_from_the_opening_to_the_end_and_tells_the_close()
    {
        using var spans = new SpanProbe(CierreTelemetry.ActivitySourceName);
        var played = Server("/span");
        played.Clock.Advance(TimeSpan.FromSeconds(7));
        played.PeerClose(4321, "so long");
        played.Wire.End();
        CloseRecord record = await played.Ended;
        Activity span = Assert.Single(spans.With("http.route", "/span"));
        Assert.Equal(("WebSocket /span", TimeSpan.FromSeconds(7), ActivityStatusCode.Unset), (span.DisplayName, span.Duration, span.Status));
        // A trace keeps the code that metrics do not tell apart.
        Assert.Equal(("4321", "4321", "4321"), (span.GetTagItem("cierre.close.code"), span.GetTagItem("cierre.close.sent"), span.GetTagItem("cierre.close.received")));
        Assert.Equal(("remote", true), (span.GetTagItem("cierre.close.ended_by"), span.GetTagItem("cierre.close.clean")));
        Assert.Equal(["cierre.open", "cierre.close"], span.Events.Select(e => e.Name));
        ActivityEvent close = span.Events.Last();
        Assert.Equal(span.StartTimeUtc + TimeSpan.FromSeconds(7), close.Timestamp.UtcDateTime);
        Assert.Equal(record.Detail, close.Tags.Single(tag => tag.Key == "cierre.close.detail").Value);
        Assert.Equal("so long", close.Tags.Single(tag => tag.Key == "cierre.close.reason").Value);
    }

    [Theory]
    [InlineData(403, null)]
    [InlineData(503, "503")]
    public void Refused_handshake_is_counted_by_its_status(int status, string? error)
    {
        string route = $"/refused-{status}";
        using var meter = new MeterProbe(CierreTelemetry.MeterName, "http.route", route);
        using var spans = new SpanProbe(CierreTelemetry.ActivitySourceName);
        ConnectionTelemetry telemetry = ConnectionTelemetry.OfServer(route, "ws", route, TimeProvider.System);
        Assert.True(telemetry.Answered(status));
        Assert.False(telemetry.Answered(200));
        MeterProbe.Measured handshake = Assert.Single(meter.Of("cierre.handshake.duration"));
        Assert.Equal(("refused", status, error), (handshake.Attributes["cierre.handshake.outcome"], handshake.Attributes["http.response.status_code"], handshake.Attributes.GetValueOrDefault("error.type")));
        Activity span = Assert.Single(spans.With("http.route", route));
        Assert.Equal((error is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error, status), (span.Status, span.GetTagItem("http.response.status_code")));
        Assert.Empty(meter.Of("cierre.connection.closes"));
    }

    [Fact]
    public void Cancelled_opening_is_no_error_and_one_that_throws_is()
    {
        using var meter = new MeterProbe(CierreTelemetry.MeterName, "http.route", "/threw");
        ConnectionTelemetry.OfServer("/threw", "ws", "/threw", TimeProvider.System).Failed(new OperationCanceledException());
        ConnectionTelemetry.OfServer("/threw", "ws", "/threw", TimeProvider.System).Failed(new FormatException());
        Assert.Equal(
            [("cancelled", null), ("failed", "System.FormatException")],
            meter.Of("cierre.handshake.duration").Select(m => (m.Attributes["cierre.handshake.outcome"], m.Attributes.GetValueOrDefault("error.type"))));
    }

    private static Played Server(string route) => new(setup: o => o.PingInterval = Timeout.InfiniteTimeSpan, measured: time => ConnectionTelemetry.OfServer(route, "ws", route, time));
}
