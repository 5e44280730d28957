using System.Net.Sockets;
using System.Text;
using Cierre.Connections;
using Cierre.TestKit;
using Cierre.Transports;
using Xunit;
using static Cierre.Connections.TransportEffects;
using static Cierre.Connections.TransportInput;

namespace Cierre.Tests.Connections;

/// <summary>What the transport goes through, as far as the machine alone can show it. Its whole table is in docs/closing.md.</summary>
public class TransportLifecycleTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TransportEnd Fin = new(TransportEndKind.EndOfStream);
    private static readonly TransportEnd Mine = new(TransportEndKind.Closed);
    private static readonly TransportEnd Reset = new(TransportEndKind.Reset, new SocketException((int)SocketError.ConnectionReset));
    private static readonly TransportEnd Pipe = new(TransportEndKind.Reset, new SocketException((int)SocketError.Shutdown));

    private static readonly (string Name, TransportInput Input, TimeSpan At)[] Inputs =
    [
        ("nobody takes what comes", Full.Instance, default),
        ("what comes is taken, or our answer is out", Room.Instance, default),
        ("the last frame of ours is decided", LastFrame.Instance, default),
        ("all that was written is with the kernel", Drained.Instance, default),
        ("a flush is over", Flushed.Instance, default),
        ("a send fails", new SendFailed(Reset), default),
        ("the stream ends", new StreamEnded(Fin, BehindFlush: false), default),
        ("the stream ends while our close frame is in a flush", new StreamEnded(Fin, BehindFlush: true), default),
        ("time passes", Tick.Instance, default),
        ("the deadline", Tick.Instance, Timeout),
        ("the peer sends 8 MiB behind the last frame", Flooded.Instance, default),
        ("the record is final before the stream ends", Late.Instance, default),
        ("the application cuts", Abort.Instance, default),
        ("everything was given back", Released.Instance, default),
    ];

    // Each situation by the inputs that lead to it.
    private static readonly (string Name, TransportInput[] Path)[] Situations =
    [
        ("Live", []),
        ("Paused", [Full.Instance]),
        ("SendEnding", [LastFrame.Instance]),
        ("SendEnded", [LastFrame.Instance, Drained.Instance]),
        ("OutputBroken", [new SendFailed(Reset)]),
        ("OutputBroken, paused", [new SendFailed(Reset), Full.Instance]),
        ("OutputBroken, shut", [new SendFailed(Reset), LastFrame.Instance]),
        ("Ending", [new StreamEnded(Fin, BehindFlush: true)]),
        ("LettingGo", [Late.Instance]),
        ("Releasing", [new StreamEnded(Fin, BehindFlush: false)]),
        ("Gone", [new StreamEnded(Fin, BehindFlush: false), Released.Instance]),
    ];

    private TransportLifecycle _life = new(Timeout);

    private TransportEffects On(TransportInput input, TimeSpan now = default) => _life.On(input, now);

    /// <summary>Between the end of the stream and the record a sender may come: what it would write is lost, and must not be told as sent.</summary>
    [Fact]
    public void Nothing_reaches_the_peer_behind_the_end_of_the_stream()
    {
        var life = new TransportLifecycle(Timeout);
        Assert.True(life.ReachesPeer);
        life.On(new StreamEnded(Reset, BehindFlush: false), default);
        Assert.False(life.ReachesPeer);
        Assert.Equal(Reset, life.Fault);
    }

    [Fact]
    public void Every_state_meets_every_input()
    {
        var table = new StringBuilder("| state | input | next state | what the driver does |\n|---|---|---|---|\n");
        foreach ((string situation, TransportInput[] path) in Situations)
        {
            var noMoves = new List<string>();
            foreach ((string name, TransportInput input, TimeSpan at) in Inputs)
            {
                var life = new TransportLifecycle(Timeout);
                foreach (TransportInput before in path) life.On(before, TimeSpan.Zero);
                TransportState was = life.State;
                Assert.Equal(situation, Name(was));
                TransportEffects effects = life.On(input, at);
                if (was == life.State && effects == None) noMoves.Add(name);
                else table.Append(null, $"| {situation} | {name} | {Name(life.State)} | {Words(effects)} |\n");
            }

            if (noMoves.Count > 0) table.Append(null, $"| {situation} | {string.Join("; ", noMoves)} | no move | |\n");
        }

        Golden.MatchesPart("docs/closing.md", "transport table, printed by TransportLifecycleTests", table.ToString());
    }

    [Fact]
    public void Live_transport_waits_for_nothing()
    {
        Assert.IsType<TransportState.Live>(_life.State);
        Assert.False(_life.IsPaused);
        Assert.Equal((null, null, TimeSpan.MaxValue), (_life.Fault, _life.End, _life.Deadline));
    }

    [Fact]
    public void Transport_that_nobody_reads_stops_once_and_goes_on_once_there_is_room()
    {
        Assert.Equal(StopReading, On(Full.Instance));
        Assert.True(_life.IsPaused);
        Assert.Equal(None, On(Full.Instance));
        Assert.Equal(ReadOn, On(Room.Instance));
        Assert.False(_life.IsPaused);
    }

    [Fact]
    public void Broken_output_waits_one_timeout_for_the_end()
    {
        On(new SendFailed(Reset), TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(8), _life.Deadline);
        Assert.Equal(Reset, _life.Fault);
        Assert.Equal(None, On(Tick.Instance, TimeSpan.FromSeconds(7.9)));
        Assert.Equal(GiveUp, On(Tick.Instance, TimeSpan.FromSeconds(8)));
        Assert.Equal((Reset, TimeSpan.MaxValue), (_life.Fault, _life.Deadline));
    }

    [Fact]
    public void Longest_timeout_is_no_overflow()
    {
        _life = new TransportLifecycle(TimeSpan.MaxValue);
        On(new SendFailed(Reset), TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.MaxValue, _life.Deadline);
    }

    [Fact]
    public void What_a_send_met_is_the_cause_where_we_let_go_ourselves()
    {
        On(new SendFailed(Pipe));
        On(Tick.Instance, Timeout);
        Assert.Equal(Release, On(new StreamEnded(Mine, BehindFlush: false)));
        Assert.Equal(Pipe, _life.End);
    }

    [Fact]
    public void Reset_that_a_send_met_is_the_cause_where_the_reader_saw_only_an_end()
    {
        On(new SendFailed(Reset));
        On(new StreamEnded(Fin, BehindFlush: false));
        Assert.Equal(Reset, _life.End);
    }

    [Fact]
    public void End_that_the_peer_announced_is_the_cause_though_a_later_send_met_a_fault()
    {
        On(new SendFailed(Pipe));
        On(new StreamEnded(Fin, BehindFlush: false));
        Assert.Equal(Fin, _life.End);
    }

    [Fact]
    public void End_waits_for_the_flush_that_has_our_close_frame_and_is_told_once()
    {
        Assert.Equal(None, On(new StreamEnded(Fin, BehindFlush: true)));
        Assert.Null(_life.End);
        Assert.Equal(Release, On(Flushed.Instance));
        Assert.Equal(Fin, _life.End);
        Assert.Equal(None, On(Flushed.Instance));
        Assert.Equal(None, On(Abort.Instance));
    }

    [Fact]
    public void Whoever_has_waited_long_enough_for_that_flush_releases()
    {
        On(new StreamEnded(Fin, BehindFlush: true));
        Assert.Equal(Cut | Release, On(Abort.Instance));
        Assert.Equal(Fin, _life.End);
        _life = new TransportLifecycle(Timeout);
        On(new StreamEnded(Fin, BehindFlush: true));
        Assert.Equal(GiveUp | Release, On(Late.Instance));
        Assert.Equal(Fin, _life.End);
    }

    [Fact]
    public void Flush_that_fails_behind_the_end_releases_and_says_what_it_met()
    {
        On(new StreamEnded(Fin, BehindFlush: true));
        Assert.Equal(DropOutput | Release, On(new SendFailed(Reset)));
        Assert.Equal(Reset, _life.End);
    }

    [Fact]
    public void Last_frame_that_is_decided_before_the_word_of_room_came_still_ends_our_direction()
    {
        // The reader took a message and has not said so yet, and the pump read on by itself.
        On(Full.Instance);
        Assert.Equal(ReadOn, On(LastFrame.Instance));
        Assert.Equal(EndSending, On(Drained.Instance));
    }

    [Fact]
    public void Cut_comes_before_any_letting_go_in_order()
    {
        Assert.Equal(Cut, On(Abort.Instance));
        Assert.Equal(None, On(Late.Instance));
        Assert.Equal(None, On(Flooded.Instance));
    }

    [Fact]
    public void Second_end_of_a_stream_is_no_move()
    {
        On(new StreamEnded(Reset, BehindFlush: false));
        Assert.Equal(None, On(new StreamEnded(Fin, BehindFlush: false)));
        Assert.Equal(Reset, _life.End);
        On(Released.Instance);
        Assert.Equal(None, On(new StreamEnded(Fin, BehindFlush: false)));
        Assert.IsType<TransportState.Gone>(_life.State);
    }

    private static string Name(TransportState state) => state switch
    {
        TransportState.OutputBroken b => $"OutputBroken{(b.IsPaused ? ", paused" : "")}{(b.IsShut ? ", shut" : "")}",
        _ => state.GetType().Name,
    };

    private static string Words(TransportEffects effects) =>
        string.Join(", ", Enum.GetValues<TransportEffects>().Where(effect => effect != None && effects.HasFlag(effect)).Select(effect => effect switch
        {
            StopReading => "stop reading",
            DropOutput => "drop what waits to be sent",
            ReadOn => "read on",
            EndSending => "end sending",
            Close => "let go in order",
            GiveUp => "give up",
            Cut => "cut",
            Release => "release",
            _ => throw new ArgumentOutOfRangeException(nameof(effects)),
        }));
}
