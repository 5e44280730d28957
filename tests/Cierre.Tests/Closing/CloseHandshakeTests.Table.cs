using System.Text;
using Cierre.Closing;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Closing;

/// <summary>Prints the machine: every state meets every input.</summary>
public partial class CloseHandshakeTests
{
    private static readonly Violation Limit = Violations.TooManyFragments(10_000);

    private static readonly (string Name, CloseInput Input)[] Inputs =
    [
        ("we want to close", new CloseInput.Request(Bye, EndReason.Requested)),
        ("the peer's close frame", new CloseInput.PeerFrame(Restarting)),
        ("a violation", new CloseInput.Violate(Broken)),
        ("a violation while we answer", new CloseInput.Violate(Broken, Behind: true)),
        ("a limit of ours", new CloseInput.Violate(Limit)),
        ("we have answered", CloseInput.Answered.Instance),
        ("the application answers by hand", CloseInput.ByHand.Begun),
        ("it does so no more", CloseInput.ByHand.Over),
        ("our frame has its turn", CloseInput.Staging.Instance),
        ("the transport is given it", CloseInput.Handing.Instance),
        ("the transport takes it", CloseInput.Written.Instance),
        ("the stream ends", new CloseInput.StreamEnd(Fin)),
        ("the deadline", CloseInput.Due.Instance),
    ];

    // Each situation by the inputs that lead to it.
    private static readonly (string Name, CloseInput[] Path)[] Situations =
    [
        ("Open", []),
        ("Violated", [new CloseInput.Violate(Broken, Behind: true)]),
        ("Violated, answered", [new CloseInput.Violate(Broken, Behind: true), CloseInput.Answered.Instance]),
        ("Sent, owed", [Inputs[0].Input]),
        ("Sent, staged", [Inputs[0].Input, CloseInput.Staging.Instance]),
        ("Sent, leaving", [Inputs[0].Input, CloseInput.Staging.Instance, CloseInput.Handing.Instance]),
        ("Sent, out", [Inputs[0].Input, CloseInput.Staging.Instance, CloseInput.Handing.Instance, CloseInput.Written.Instance]),
        ("Exchanged, staged", [Inputs[1].Input]),
        ("Exchanged, leaving", [Inputs[0].Input, CloseInput.Staging.Instance, CloseInput.Handing.Instance, Inputs[1].Input]),
        ("Exchanged, out", [Inputs[1].Input, CloseInput.Handing.Instance, CloseInput.Written.Instance]),
        ("Failed, staged", [Inputs[2].Input]),
        ("Failed, leaving", [Inputs[0].Input, CloseInput.Staging.Instance, CloseInput.Handing.Instance, Inputs[2].Input]),
        ("Failed, out", [Inputs[2].Input, CloseInput.Handing.Instance, CloseInput.Written.Instance]),
        ("Ended", [new CloseInput.StreamEnd(Fin)]),
        ("Open, by hand", [CloseInput.ByHand.Begun]),
        ("Sent by hand, owed", [CloseInput.ByHand.Begun, Inputs[0].Input]),
        ("Sent by hand, staged", [CloseInput.ByHand.Begun, Inputs[0].Input, CloseInput.Staging.Instance]),
        ("Sent by hand, leaving", [CloseInput.ByHand.Begun, Inputs[0].Input, CloseInput.Staging.Instance, CloseInput.Handing.Instance]),
        ("Sent by hand, out", [CloseInput.ByHand.Begun, Inputs[0].Input, CloseInput.Staging.Instance, CloseInput.Handing.Instance, CloseInput.Written.Instance]),
        ("Unanswered", [CloseInput.ByHand.Begun, Inputs[1].Input]),
        ("Unanswered, answer owed", [CloseInput.ByHand.Begun, Inputs[1].Input, Inputs[0].Input]),
    ];

    [Fact]
    public void Every_state_meets_every_input()
    {
        var table = new StringBuilder("| state | input | next state | what the engine does | record |\n|---|---|---|---|---|\n");
        foreach ((string situation, CloseInput[] path) in Situations)
        {
            var noMoves = new List<string>();
            foreach ((string name, CloseInput input) in Inputs)
            {
                var close = new CloseHandshake(Timeout);
                foreach (CloseInput before in path) close.On(before, TimeSpan.Zero);
                CloseState was = close.State;
                Assert.Equal(situation, Name(was));
                CloseEffects effects = close.On(input, TimeSpan.Zero);
                if (ReferenceEquals(was, close.State) && effects == CloseEffects.None) noMoves.Add(name);
                else table.Append(null, $"| {situation} | {name} | {Name(close.State)} | {Words(effects, close)} | {Words(close.Record)} |\n");
            }

            if (noMoves.Count > 0) table.Append(null, $"| {situation} | {string.Join("; ", noMoves)} | no move | | |\n");
        }

        Golden.MatchesPart("docs/closing.md", "state table, printed by CloseHandshakeTests", table.ToString());
    }

    private static string Name(CloseState state) => state switch
    {
        CloseState.Violated { Answered: true } => "Violated, answered",
        CloseState.Open { ByHand: true } => "Open, by hand",
        CloseState.Unanswered { Answer: not null } => "Unanswered, answer owed",
        CloseState.Sent { Ours: var ours, Delivers: true } => $"Sent by hand, {Word(ours)}",
        CloseState.Sent { Ours: var ours } => $"Sent, {Word(ours)}",
        CloseState.Exchanged { Ours: var ours } => $"Exchanged, {Word(ours)}",
        CloseState.Failed { Ours: var ours } => $"Failed, {Word(ours)}",
        _ => state.GetType().Name,
    };

    private static string Word(Delivery ours) => ours switch
    {
        Delivery.Owed => "owed",
        Delivery.Staged => "staged",
        Delivery.Leaving => "leaving",
        _ => "out",
    };

    private static string Words(CloseEffects effects, in CloseHandshake close)
    {
        string ours = close.Ours is { } frame ? frame.Code.ToString(null, null) : "";
        return string.Join(", ", Enum.GetValues<CloseEffects>().Where(effect => effect != CloseEffects.None && effects.HasFlag(effect)).Select(effect => effect switch
        {
            CloseEffects.WriteClose => $"write {ours}",
            CloseEffects.DropQueued => "drop what waits to be sent",
            CloseEffects.TakeBackQueued => "drop what has not begun",
            CloseEffects.DropPings => "drop pings",
            CloseEffects.QueueClose => $"queue {ours}",
            CloseEffects.Announce => "announce",
            CloseEffects.ReportSent => "report it sent",
            CloseEffects.EndReceiving => "end receiving",
            CloseEffects.StopReading => "stop reading",
            CloseEffects.ReadOn => "read on",
            CloseEffects.EndSendingFirst => "the server ends sending",
            CloseEffects.EndSending => "end sending",
            CloseEffects.Release => "release",
            _ => throw new ArgumentOutOfRangeException(nameof(effects)),
        }));
    }

    private static string Words(CloseRecord? record) => record is null
        ? ""
        : $"{record.Code} {(record.WasClean ? "clean" : "unclean")} {record.EndedBy.ToKebabCase()} {record.Cause.ToKebabCase()}; sent {record.Sent?.Code.ToString(null, null) ?? "nothing"}";
}
