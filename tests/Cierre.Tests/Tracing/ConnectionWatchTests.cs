using Cierre.Closing;
using Cierre.Protocol;
using Cierre.Tests.Connections;
using Cierre.Tracing;
using Xunit;

namespace Cierre.Tests.Tracing;

/// <summary>What is told when, of frames that come in pieces and for traces that want different things.</summary>
public sealed class ConnectionWatchTests
{
    private static readonly ObservedFrame Text = new(Received: true, Fin: true, Rsv: 0, WebSocketOpcode.Text, Masked: true, Size: 5, Compressed: false, Refused: false);

    private readonly ConnectionWatch _watch = new(TimeProvider.System, TimeProvider.System.GetTimestamp());
    private readonly Played _played = new();

    [Fact]
    public void Frame_is_told_as_soon_as_the_start_that_is_asked_for_has_come()
    {
        WebSocketTrace three = Trace(3), none = Trace(0);
        _watch.OnReceived(Text);
        _watch.CamePayload("he"u8);
        Assert.False(three.TryRead(out _));
        _watch.CamePayload("ll"u8);
        Assert.Equal("hel", Shown(three));
        Assert.Equal("", Shown(none));
        _watch.CamePayload("o"u8);
        Assert.False(three.TryRead(out _));
    }

    [Fact]
    public void Header_is_told_at_once_where_no_payload_is_asked_for()
    {
        WebSocketTrace none = Trace(0);
        _watch.OnReceived(Text);
        Assert.Equal("", Shown(none));
    }

    [Fact]
    public void Frame_that_ends_in_the_middle_is_told_before_what_ended_it()
    {
        WebSocketTrace trace = Trace(64);
        _watch.OnReceived(Text);
        _watch.CamePayload([(byte)'h', 0xFF]);
        _watch.Broken(Violations.TextNotUtf8(1, 0xFF));
        _watch.OnReceived(Text);
        _watch.CamePayload("x"u8);
        _watch.Transport(WebSocketTraceTransportKind.Reset, null);
        Assert.Equal([(2, null), (null, CloseCause.InvalidData), (1, null), (null, null)], Rest(trace).Select(seen => ((seen as WebSocketTraceFrame)?.Payload.Length, (seen as WebSocketTraceViolation)?.Cause)));
    }

    [Fact]
    public void Rest_of_a_frame_that_began_before_anybody_looked_is_not_told()
    {
        WebSocketTrace trace = Trace(64);
        _watch.CamePayload("llo"u8);
        Assert.False(trace.TryRead(out _));
    }

    [Fact]
    public void Close_frame_is_told_whole_without_being_asked_for()
    {
        WebSocketTrace trace = Trace(0);
        _watch.OnReceived(Text with { Opcode = WebSocketOpcode.Close, Size = 5 });
        _watch.CamePayload([0x03, 0xE8, .. "bye"u8]);
        _watch.OnSent(ObservedFrame.Sent(WebSocketRole.Server, WebSocketOpcode.Close, fin: true, compressed: false, 2), [0x03, 0xE8]);
        Assert.Equal([new CloseFrame(1000, "bye"), new CloseFrame(1000)], Rest(trace).Select(seen => ((WebSocketTraceFrame)seen).CloseFrame!));
    }

    [Fact]
    public void Nobody_is_left_when_the_last_has_gone_and_nothing_is_kept()
    {
        WebSocketTrace trace = Trace(0);
        Assert.True(_watch.IsWanted);
        _watch.Remove(trace);
        Assert.False(_watch.IsWanted);
        _watch.KeepRecent(2);
        Assert.True(_watch.IsWanted);
    }

    private WebSocketTrace Trace(int payload)
    {
        var trace = new WebSocketTrace(_played.Connection.Driver, new WebSocketTraceOptions { PayloadBytes = payload }, []);
        _watch.Add(trace);
        return trace;
    }

    private static string Shown(WebSocketTrace trace) => trace.TryRead(out WebSocketTraceEvent? seen) ? System.Text.Encoding.UTF8.GetString(((WebSocketTraceFrame)seen).Payload.Span) : "nothing";

    private static IEnumerable<WebSocketTraceEvent> Rest(WebSocketTrace trace)
    {
        while (trace.TryRead(out WebSocketTraceEvent? seen)) yield return seen;
    }
}
