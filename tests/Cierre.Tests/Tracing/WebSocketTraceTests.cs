using Cierre.Tests.Connections;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Tracing;

/// <summary>What a trace shows of a connection, in which order, and what it costs when nobody reads it.</summary>
public sealed class WebSocketTraceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whole_life_is_seen_in_its_order(bool client)
    {
        var played = new Played(client, options => options.Trace = new WebSocketTraceOptions { PayloadBytes = 3 });
        played.PeerText("hello");
        played.Peer(Played.Ping, [1, 2]);
        await played.Connection.SendAsync("answer");
        played.Clock.Advance(TimeSpan.FromSeconds(1));
        played.PeerClose(1000, "bye");
        played.Wire.End();
        await played.Ended;
        Assert.Equal(
            [
                "0 < text 5 \"hel\"…",
                "0 < ping 2 0102",
                "0 > pong 2 0102",
                "0 > text 6 \"ans\"…",
                "1000 < close 1000 \"bye\"",
                "1000 > close 1000 \"\"",
                .. client ? (string[])[] : ["1000 ShutDown"],
                "1000 EndOfStream",
                "1000 Closed",
            ],
            await ReadAsync(played.Connection.Trace!));
        Assert.Equal(0, played.Connection.Trace!.MissedCount);
    }

    [Fact]
    public async Task Refused_frame_is_seen_as_far_as_it_came_then_the_rule_then_what_it_costs()
    {
        var played = new Played(setup: options => options.Trace = new WebSocketTraceOptions { PayloadBytes = 8 });
        played.Wire.Push([0xB3]);
        played.Wire.End();
        await played.Ended;
        Assert.Equal(["0 < reserved? RSV2, RSV3", "0 ! 1002", "0 > close 1002 \"RSV2 set, but no extension that uses it was negotiated\"", "0 ShutDown", "0 EndOfStream", "0 Closed"], await ReadAsync(played.Connection.Trace!));
    }

    [Fact]
    public async Task Header_that_comes_byte_by_byte_and_breaks_a_rule_is_seen_whole()
    {
        var played = new Played(setup: options => options.Trace = new WebSocketTraceOptions());
        foreach (byte piece in (byte[])[0x82, 0xFE, 0x00, 0x05]) played.Wire.Push([piece]);
        Assert.True(played.Connection.Trace!.TryRead(out WebSocketTraceEvent? seen));
        WebSocketTraceFrame frame = Assert.IsType<WebSocketTraceFrame>(seen);
        Assert.Equal((true, WebSocketOpcode.Binary, 5L, true), (frame.IsRefused, frame.Opcode, frame.Length, frame.IsMasked));
    }

    [Fact]
    public async Task Message_too_big_is_refused_with_its_length()
    {
        var played = new Played(setup: options => (options.Trace, options.MaxMessageSize) = (new WebSocketTraceOptions(), 4));
        played.PeerText("hello");
        Assert.True(played.Connection.Trace!.TryRead(out WebSocketTraceEvent? seen));
        Assert.Equal((true, 5L), (((WebSocketTraceFrame)seen).IsRefused, ((WebSocketTraceFrame)seen).Length));
        Assert.True(played.Connection.Trace.TryRead(out WebSocketTraceEvent? violation));
        Assert.Equal(1009, ((WebSocketTraceViolation)violation).CloseFrame.Code);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Trace_begun_on_an_open_connection_sees_from_then_on_and_stops_when_told()
    {
        var played = new Played();
        await played.Connection.SendAsync("before");
        WebSocketTrace trace = played.Connection.StartTrace(new WebSocketTraceOptions { PayloadBytes = 64 });
        await played.Connection.SendAsync("seen");
        trace.Dispose();
        await played.Connection.SendAsync("after");
        Assert.Equal(["0 > text 4 \"seen\""], await ReadAsync(trace));
        Assert.Null(played.Connection.Trace);
    }

    [Fact]
    public async Task Several_traces_see_the_same_and_one_may_stop()
    {
        var played = new Played(setup: options => options.Trace = new WebSocketTraceOptions());
        WebSocketTrace second = played.Connection.StartTrace();
        await played.Connection.SendAsync("both");
        played.Connection.Trace!.Dispose();
        await played.Connection.SendAsync("one");
        Assert.Equal(["0 > text 4"], await ReadAsync(played.Connection.Trace));
        second.Dispose();
        Assert.Equal(["0 > text 4", "0 > text 3"], await ReadAsync(second));
    }

    [Fact]
    public async Task Reader_that_is_behind_loses_the_oldest_and_is_told_how_many()
    {
        var played = new Played(setup: options => options.Trace = new WebSocketTraceOptions { Capacity = 2 });
        for (int i = 0; i < 5; i++) await played.Connection.SendAsync(new string('x', i));
        played.Connection.Trace!.Dispose();
        Assert.Equal(["0 > text 3", "0 > text 4"], await ReadAsync(played.Connection.Trace));
        Assert.Equal(3, played.Connection.Trace.MissedCount);
    }

    [Fact]
    public async Task Trace_of_a_connection_that_has_ended_is_over()
    {
        var played = new Played();
        played.Wire.End();
        await played.Ended;
        Assert.Equal([], await ReadAsync(played.Connection.StartTrace()));
        played.Connection.KeepRecentFrames(16);
        Assert.Empty(played.Connection.GetRecentFrames());
    }

    [Fact]
    public async Task Abort_reset_and_failed_send_are_seen_as_what_they_are()
    {
        var aborted = new Played(setup: options => options.Trace = new WebSocketTraceOptions());
        aborted.Connection.Abort();
        await aborted.Ended;
        Assert.Equal(["0 Aborted", "0 Closed"], await ReadAsync(aborted.Connection.Trace!));

        var late = new Played(setup: options => options.Trace = new WebSocketTraceOptions()) { Wire = { EndsWhenClosed = false } };
        late.Connection.Abort();
        late.Wire.End();
        await late.Ended;
        Assert.Equal(["0 Aborted", "0 Closed"], await ReadAsync(late.Connection.Trace!));

        var reset = new Played(setup: options => options.Trace = new WebSocketTraceOptions());
        reset.Wire.End(TransportEndKind.Reset, new IOException());
        await reset.Ended;
        Assert.Equal(["0 Reset", "0 Closed"], await ReadAsync(reset.Connection.Trace!));

        var broken = new Played(setup: options => options.Trace = new WebSocketTraceOptions());
        broken.Wire.WriteFails = new IOException();
        await broken.Connection.SendAsync("x");
        broken.Wire.End();
        await broken.Ended;
        Assert.Equal(["0 > text 1", "0 SendFailed", "0 EndOfStream", "0 Closed"], await ReadAsync(broken.Connection.Trace!));
    }

    [Fact]
    public async Task Frames_of_compressed_messages_are_marked_and_shown_as_on_the_wire()
    {
        var deflate = new WebSocketConnectionOptions { Compression = new DeflateOptions { Threshold = 0 }, Trace = new WebSocketTraceOptions { PayloadBytes = 2 } };
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(deflate, deflate);
        await client.SendAsync(new string('x', 1000));
        await server.ReceiveAsync();
        foreach (WebSocketTrace trace in (WebSocketTrace[])[client.Trace!, server.Trace!])
        {
            Assert.True(trace.TryRead(out WebSocketTraceEvent? seen));
            WebSocketTraceFrame frame = Assert.IsType<WebSocketTraceFrame>(seen);
            Assert.Equal((true, 4, true), (frame.IsCompressed, frame.ReservedBits, frame.IsMasked));
            Assert.InRange(frame.Length!.Value, 3, 100);
            Assert.Matches("^[0-9a-f]{4}…$", frame.PayloadPreview);
        }

        await client.CloseAsync();
    }

    public static async Task<List<string>> ReadAsync(WebSocketTrace trace)
    {
        var lines = new List<string>();
        await Played.Within(Read());
        return lines;

        async Task Read()
        {
            await foreach (WebSocketTraceEvent seen in trace) lines.Add(Line(seen));
        }
    }

    private static string Line(WebSocketTraceEvent seen) => $"{seen.Elapsed.TotalMilliseconds} " + seen switch
    {
        WebSocketTraceFrame { CloseFrame: { } close } frame => $"{Arrow(frame)} close {close.Code} \"{close.Reason}\"",
        WebSocketTraceFrame { IsRefused: true } frame => $"{Arrow(frame)} {frame.OpcodeName}? {string.Join(", ", frame.ToString().Split(", ").Where(part => part.StartsWith("RSV", StringComparison.Ordinal)))}",
        WebSocketTraceFrame frame => $"{Arrow(frame)} {frame.OpcodeName} {frame.Length}{(frame.PayloadPreview is { } shown ? " " + shown : "")}",
        WebSocketTraceViolation violation => $"! {violation.CloseFrame.Code}",
        WebSocketTraceTransport transport => transport.Kind.ToString(),
        _ => "?",
    };

    private static string Arrow(WebSocketTraceFrame frame) => frame.IsReceived ? "<" : ">";
}
