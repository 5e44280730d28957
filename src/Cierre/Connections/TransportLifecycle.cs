using Cierre.Closing;
using Cierre.Transports;
using static Cierre.Connections.TransportEffects;
using static Cierre.Connections.TransportInput;
using static Cierre.Connections.TransportState;

namespace Cierre.Connections;

/// <summary>
/// What the transport of a connection goes through, from its start to its release: the second machine of a connection's end. What the close handshake
/// asks of the transport (<see cref="Closing.CloseEffects"/>) and what the transport says of itself meet in the switch below, and nowhere else.
/// </summary>
/// <param name="timeout">How long the peer may still send when nothing reaches it any more: the close timeout.</param>
internal struct TransportLifecycle(TimeSpan timeout)
{
    // Null is Live: what every message asks is answered without a look at the state's type.
    private TransportState? _state;

    public readonly TransportState State => _state ?? Live.Instance;

    /// <summary>Nothing is read, because nobody takes what comes.</summary>
    public readonly bool IsPaused => _state is Paused or OutputBroken { IsPaused: true };

    /// <summary>What a send met, or how the stream ended, after which nothing reaches the peer; null: nothing.</summary>
    public readonly TransportEnd? Fault => FaultOf(_state);

    /// <summary>What is written may still reach the peer.</summary>
    public readonly bool ReachesPeer => _state is null || Fault is null;

    /// <summary>How the stream ended; null while nothing is to be given back.</summary>
    public readonly TransportEnd? End => (_state as Releasing)?.End;

    /// <summary>When <see cref="Tick"/> moves on.</summary>
    public readonly TimeSpan Deadline => (_state as OutputBroken)?.Deadline ?? TimeSpan.MaxValue;

    /// <summary>Moves, and says what is to be done; where the input is no move, nothing.</summary>
    public TransportEffects On(TransportInput input, TimeSpan now)
    {
        (TransportState next, TransportEffects effects) = (State, input) switch
        {
            (Live, Full)                                        => (Paused.Instance, StopReading),
            (Paused, Room)                                      => (Live.Instance, ReadOn),
            (OutputBroken { IsPaused: false } b, Full)          => (b with { IsPaused = true }, StopReading),
            (OutputBroken { IsPaused: true } b, Room)           => (b with { IsPaused = false }, ReadOn),
            (Live or SendEnding or SendEnded, Room)             => (State, ReadOn),                        // it held its reading for our answer

            (Live, LastFrame)                                   => (SendEnding.Instance, None),
            (Paused, LastFrame)                                 => (SendEnding.Instance, ReadOn),
            (SendEnding, Drained)                               => (SendEnded.Instance, EndSending),       // RFC 6455 7.1.1
            (OutputBroken { IsShut: false } b, LastFrame)       => (b with { IsShut = true }, EndSending),

            (Live or Paused or SendEnding or SendEnded, SendFailed f) => (new OutputBroken(f.Fault, Later(now)), DropOutput | ReadOn),
            (OutputBroken b, Tick) when now >= b.Deadline       => (new LettingGo(b.Fault), GiveUp),

            (Live or Paused or SendEnding or SendEnded, StreamEnded { BehindFlush: true } e) => (new Ending(e.End), None),
            (Ending e, Flushed)                                 => (new Releasing(e.End), Release),
            (Ending e, SendFailed f)                            => (new Releasing(Known(f.Fault, e.End)), DropOutput | Release),
            (Ending e, Late)                                    => (new Releasing(e.End), GiveUp | Release),
            (Ending e, Abort)                                   => (new Releasing(e.End), Cut | Release),

            (Ending or Releasing or Gone, StreamEnded)          => (State, None),
            (var s, StreamEnded e)                              => (new Releasing(Known(FaultOf(s), e.End)), Release),
            (Releasing, Released)                               => (Gone.Instance, None),

            (Ending or LettingGo or Releasing or Gone, _)       => (State, None),
            (var s, Flooded)                                    => (new LettingGo(FaultOf(s)), Close),
            (var s, Late)                                       => (new LettingGo(FaultOf(s)), GiveUp),
            (var s, Abort)                                      => (new LettingGo(FaultOf(s)), Cut),

            var (state, _)                                      => (state, None),                          // no move
        };

        _state = next is Live ? null : next;
        return effects;
    }

    private readonly TimeSpan Later(TimeSpan now) => now > TimeSpan.MaxValue - timeout ? TimeSpan.MaxValue : now + timeout;

    private static TransportEnd? FaultOf(TransportState? state) => state switch
    {
        OutputBroken b => b.Fault,
        LettingGo l => l.Fault,
        Releasing r => r.End,
        _ => null,
    };

    /// <summary>What a send met says more than our own letting go; a reset says more than an end of the stream, since the kernel tells of it once.</summary>
    private static TransportEnd Known(TransportEnd? fault, TransportEnd end) =>
        fault is { } met && (end.Kind == TransportEndKind.Closed || (end.Kind == TransportEndKind.EndOfStream && TransportFault.IsReset(met))) ? met : end;
}
