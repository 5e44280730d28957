using System.Diagnostics.Metrics;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Telemetry;
using Cierre.TestKit;

namespace Cierre.Tests.Connections;

public sealed class ConnectionDriverTelemetryTests
{
    [Fact]
    public async Task Messages_and_payload_are_counted_by_direction_without_framing()
    {
        using var meter = new MeterProbe(CierreTelemetry.MeterName, "http.route", "/counts");
        var played = Measured("/counts");
        played.Peer(Played.Text, "he"u8, fin: false);
        played.Peer(0, "llo"u8);
        played.Peer(Played.Ping, "not counted"u8);
        await played.Connection.SendAsync("hi");
        await played.Connection.SendAsync(new byte[70_000]);
        Assert.Equal((1, 2), (meter.Observe("cierre.messages", "receive"), meter.Observe("cierre.messages", "transmit")));
        Assert.Equal((5, 70_002), (meter.Observe("cierre.message.io", "receive"), meter.Observe("cierre.message.io", "transmit")));
    }

    [Fact]
    public async Task Payload_of_compressed_messages_is_counted_as_the_application_has_it()
    {
        using var meter = new MeterProbe(CierreTelemetry.MeterName, "http.route", "/compressed");
        var wire = new FakeTransport();
        var connection = new WebSocketConnection(
            WebSocketRole.Server, new WebSocketConnectionOptions { PingInterval = Timeout.InfiniteTimeSpan }, wire,
            new WebSocketNegotiation { Extensions = "permessage-deflate", Terms = DeflateKit.Terms(threshold: 256) });
        connection.Start(ConnectionTelemetry.OfServer("/compressed", "ws", "/", TimeProvider.System));
        wire.Push(RawPeer.Frame(2, DeflateKit.Compress(new byte[2000]), true, 4, mask: true));
        await connection.SendAsync(new byte[3000]);
        Assert.Equal((2000, 3000), (meter.Observe("cierre.message.io", "receive"), meter.Observe("cierre.message.io", "transmit")));
        connection.Abort();
        wire.End();
        await Played.Within(connection.Closed);
    }

    [Fact]
    public async Task Queues_are_what_waits_in_bytes_of_messages()
    {
        using var meter = new MeterProbe(CierreTelemetry.MeterName, "http.route", "/queues");
        var played = Measured("/queues");
        played.PeerText("12345");
        played.Peer(Played.Binary, new byte[7], fin: false);
        Assert.Equal((12, 0), (meter.Observe("cierre.queue.size", "receive"), meter.Observe("cierre.queue.size", "transmit")));
        Assert.Equal("12345", await played.ReceiveTextAsync());
        Assert.Equal(7, meter.Observe("cierre.queue.size", "receive"));
        played.Wire.HoldsFlushes = true;
        _ = played.Connection.SendAsync(new byte[100_000]).AsTask();
        _ = played.Connection.SendAsync(new byte[50_000]).AsTask();
        // With the frames' headers, as far as they are written.
        Assert.InRange(meter.Observe("cierre.queue.size", "transmit"), 150_000, 150_100);
    }

    [Fact]
    public async Task Round_trip_of_a_ping_is_measured_by_the_connections_clock()
    {
        using var meter = new MeterProbe(CierreTelemetry.MeterName, "http.route", "/ping");
        var played = Measured("/ping");
        Task<TimeSpan> ping = played.Connection.PingAsync();
        played.Clock.Advance(TimeSpan.FromMilliseconds(250));
        played.Peer(Played.Pong, played.Sent[^1].Payload);
        await Played.Within(ping);
        Assert.Equal(0.25, Assert.Single(meter.Of("cierre.ping.duration")).Value);
    }

    [Fact]
    public async Task Listener_that_throws_keeps_the_record_from_nobody()
    {
        using var listener = new MeterListener { InstrumentPublished = (i, l) => { if (i.Name == "cierre.connection.closes") l.EnableMeasurementEvents(i); } };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                if (Equals(tag.Value, "/throws")) throw new InvalidOperationException("a listener's own trouble");
            }
        });
        listener.Start();
        var played = Measured("/throws");
        played.PeerClose(1000);
        played.Wire.End();
        Assert.Equal(1000, (await played.Ended).Code);
    }

    private static Played Measured(string route) => new(setup: o => o.PingInterval = Timeout.InfiniteTimeSpan, measured: time => ConnectionTelemetry.OfServer(route, "ws", route, time));
}
