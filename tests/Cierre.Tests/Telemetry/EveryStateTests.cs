using Cierre.Closing;
using Cierre.Telemetry;
using Cierre.TestKit;
using Cierre.Tests.Connections;
using Cierre.Transports;

namespace Cierre.Tests.Telemetry;

/// <summary>Every instrument, collected in every state that a connection can be in, in both roles.</summary>
public sealed class EveryStateTests
{
    private const int KiB = 1024;

    private static readonly Dictionary<string, Func<Played, Task>> States = new()
    {
        ["idle"] = _ => Task.CompletedTask,
        ["unread messages"] = played => Done(() => played.PeerText("unread")),
        ["half a message"] = played => Done(() => played.Peer(Played.Binary, new byte[100], fin: false)),
        ["inbox full"] = played => Done(() => played.Peer(Played.Binary, new byte[200 * KiB])),
        ["message read as a stream"] = async played =>
        {
            Task<WebSocketMessageStream?> reading = played.Connection.ReceiveStreamAsync().AsTask();
            played.Peer(Played.Binary, new byte[100], fin: false);
            await Played.Within(reading);
        },
        ["flush under way"] = played => Done(() => Send(played, KiB)),
        ["sends wait"] = played => Done(() => Send(played, KiB, 100 * KiB, 300, 200 * KiB)),
        ["a send is half out"] = async played =>
        {
            Send(played, 300 * KiB, 300);
            played.Wire.CompleteFlush();
            await Played.Until(() => played.Wire.IsFlushHeld);
        },
        ["broadcast frames wait"] = async played =>
        {
            Send(played, 100 * KiB);
            for (int i = 0; i < 3; i++) await new[] { played.Connection }.BroadcastAsync(new byte[5 * KiB]);
        },
        ["a broadcast finds no room"] = played => Done(() =>
        {
            Send(played, 100 * KiB);
            for (int i = 0; i < 12; i++) _ = new[] { played.Connection }.BroadcastAsync(new byte[50 * KiB]).AsTask();
        }),
        ["a streamed message waits"] = played => Done(() =>
        {
            Send(played, 100 * KiB);
            _ = played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text).AsTask();
            Send(played, 10);
        }),
        ["a streamed message is open"] = async played =>
        {
            WebSocketMessageStream stream = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary);
            await stream.WriteAsync(new byte[10]);
            _ = stream.WriteAsync(new byte[100 * KiB]).AsTask();
            _ = stream.DisposeAsync().AsTask();
            Send(played, 10);
        },
        ["pings wait"] = played => Done(() =>
        {
            Send(played, 100 * KiB);
            _ = played.Connection.PingAsync();
            played.Peer(Played.Ping, "p"u8);
        }),
        ["draining"] = played => Done(() =>
        {
            played.PeerText("before the drain");
            played.Connection.Driver.Receiving.BeginDrain(new CloseFrame(1001), EndReason.HostStopping);
        }),
        ["close waits behind sends"] = played => Done(() =>
        {
            Send(played, KiB, 100 * KiB);
            _ = played.Connection.CloseAsync();
        }),
        ["close is out"] = played => Done(() => _ = played.Connection.CloseAsync()),
        ["peer closed"] = played => Done(() => played.PeerClose(1000)),
        ["peer closed while sends wait"] = played => Done(() =>
        {
            Send(played, KiB, 100 * KiB);
            played.PeerClose(1000);
        }),
        ["failed"] = played => Done(() => played.Peer(3)),
        ["output broken"] = async played =>
        {
            Send(played, KiB, 100 * KiB);
            played.Wire.FailFlush(new IOException());
            await Played.Until(() => !played.Connection.Driver.TakesSends);
        },
        ["aborted"] = played => Done(() =>
        {
            Send(played, KiB, 100 * KiB);
            played.Connection.Abort();
        }),
        ["ended"] = async played =>
        {
            Send(played, KiB, 100 * KiB);
            played.Wire.End(TransportEndKind.Reset);
            await played.Ended;
        },
    };

    public static TheoryData<string, SlowReaderPolicy, bool> Cases()
    {
        var cases = new TheoryData<string, SlowReaderPolicy, bool>();
        foreach (string state in States.Keys)
        {
            foreach (SlowReaderPolicy policy in Enum.GetValues<SlowReaderPolicy>())
            {
                cases.Add(state, policy, false);
                cases.Add(state, policy, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Collection_of_every_instrument_succeeds(string state, SlowReaderPolicy policy, bool client)
    {
        string route = $"/state/{state}/{policy}/{client}";
        var played = new Played(
            client,
            options => (options.SlowReaderPolicy, options.PingInterval) = (policy, Timeout.InfiniteTimeSpan),
            time => client ? ConnectionTelemetry.OfClient(new Uri($"ws://{(uint)route.GetHashCode(StringComparison.Ordinal)}.example"), time) : ConnectionTelemetry.OfServer(route, "ws", route, time));
        // Each state stays as it is while it is looked at.
        (played.Wire.HoldsFlushes, played.Wire.EndsWhenClosed) = (true, false);
        await States[state](played);
        // What an exporter does: all observable instruments, and what one of them throws comes out here.
        using var probe = client ? new MeterProbe(CierreTelemetry.MeterName, "cierre.role", "client") : new MeterProbe(CierreTelemetry.MeterName, "http.route", route);
        IReadOnlyList<MeterProbe.Measured> sizes = probe.Observe("cierre.queue.size");
        Assert.All(["cierre.connection.active", "cierre.messages", "cierre.message.io", "cierre.queue.size"], name => Assert.NotEmpty(probe.Of(name)));
        Assert.All(sizes, size => Assert.True(size.Value >= 0));
        if (!client)
        {
            bool ended = played.Connection.Closed.IsCompleted;
            Assert.Equal(ended ? 0 : 1, probe.Of("cierre.connection.active")[^1].Value);
            // Counted in one place: the attribute of the connection and the instrument say the same.
            Assert.Equal(ended ? 0 : played.Connection.QueuedBytes, sizes.Single(size => Equals(size.Attributes["network.io.direction"], "transmit")).Value);
        }

        // And what an inspector reads of it.
        Assert.NotNull(played.Connection.Traffic);
        Assert.NotNull(played.Connection.GetRecentFrames());
        Assert.True(played.Connection.IdleTime >= TimeSpan.Zero && played.Connection.QueuedBytes >= 0 && played.Connection.LastRoundTrip is null);
        played.Connection.Abort();
        played.Wire.End();
        await played.Ended;
    }

    private static Task Done(Action act)
    {
        act();
        return Task.CompletedTask;
    }

    private static void Send(Played played, params int[] sizes)
    {
        foreach (int size in sizes) _ = played.Connection.SendAsync(new byte[size]).AsTask().ContinueWith(sent => sent.Exception, TaskScheduler.Default);
    }
}
