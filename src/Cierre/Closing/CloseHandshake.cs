using static Cierre.Closing.CloseEffects;
using static Cierre.Closing.CloseInput;
using static Cierre.Closing.CloseState;
using static Cierre.Closing.Delivery;

namespace Cierre.Closing;

/// <summary>
/// The one state machine of closing: RFC 6455 7, for both roles. Every transition is a row of the switch below; nothing else in the
/// library says whether a close frame was sent or received.
/// </summary>
/// <remarks>
/// A caller never asks whether it may still close: a request after the first, a second close frame or a late violation is no move.
/// The machine does not know its role: whoever obeys does (<see cref="CloseEffects.EndSendingFirst"/>).
/// </remarks>
internal struct CloseHandshake(TimeSpan timeout)
{
    private CloseState? _state;
    private TimeSpan _deadline;

    public readonly CloseState State => _state ?? Open.Instance;

    public readonly bool IsOpen => _state is null or Open or Violated { Answered: false };

    /// <summary>What the peer sends is handed out.</summary>
    public readonly bool Delivers => _state is null or Open or Violated { Answered: false } or Sent { Delivers: true };

    public readonly CloseRecord? Record => (_state as Ended)?.Record;

    /// <summary>Every wait has an end: from the decision to the peer's close frame, and again from there to the end of the stream. So has that for the
    /// answers to what came before a violation.</summary>
    public readonly TimeSpan Deadline => _state is null or Open or Ended ? TimeSpan.MaxValue : _deadline;

    /// <summary>Our close frame, once it was decided and as long as the end is not there.</summary>
    public readonly CloseFrame? Ours => _state switch
    {
        Violated v => v.Violation.Frame,
        Sent s => s.Frame,
        Unanswered u => u.Answer,
        Exchanged x => x.Frame,
        Failed f => f.Frame,
        _ => null,
    };

    /// <summary>How far <see cref="Ours"/> got; null while there is none in any close handshake.</summary>
    public readonly Delivery? Delivery => _state switch
    {
        Sent s => s.Ours,
        Exchanged x => x.Ours,
        Failed f => f.Ours,
        _ => null,
    };

    /// <summary>Moves, and says what is to be done; where the input is no move, nothing.</summary>
    public CloseEffects On(CloseInput input, TimeSpan now)
    {
        CloseState was = State;
        (CloseState next, CloseEffects effects) = (was, input) switch
        {
            (Open, ByHand b)                        => (b.Begins ? Open.AnsweredByHand : Open.Instance, None),
            (Open { ByHand: true }, Request r)      => (new Sent(r.Frame, r.Why, Delivers: true), QueueClose | Announce | ReadOn | TakeBack(r.TakesBack)),
            (Open { ByHand: true }, PeerFrame p)    => (new Unanswered(p.Frame), DropPings | EndReceiving),    // the application answers
            (Open, Request r)                       => (new Sent(r.Frame, r.Why), Close(r.TakesBack)),         // 7.1.2
            (Open, PeerFrame p)                     => (Answer(p.Frame), WriteClose | EndReceiving | Done),    // 5.5.1: answered once
            (Open, Violate { Violation.Fails: false } v) => (new Sent(v.Violation.Frame, v.Violation.Why), Close(v.TakesBack)), // a limit of ours
            (Open, Violate { Behind: true } v)      => (new Violated(v.Violation), StopReading),               // what came before is answered first
            (Open, Violate v)                       => (new Failed(v.Violation.Frame, v.Violation.Why, Staged), WriteClose | EndReceiving | Failing), // 7.1.7
            (Open, StreamEnd e)                     => (Lost(null, e.Why, e.Why.EndedBy, now), EndReceiving | Gone), // 7.1.5: 1006

            (Violated { Answered: false } v, Answered or Request) => (v with { Answered = true }, QueueClose | EndReceiving),
            (Violated { Answered: true } v, Staging) => (Fail(v), ReadOn | Failing),
            (Violated v, Due)                       => (Fail(v), WriteClose | Unless(v.Answered, EndReceiving) | ReadOn | Failing), // the answers took too long
            (Violated v, StreamEnd)                 => (Lost(null, v.Violation.Why, EndedBy.Local, now), Unless(v.Answered, EndReceiving) | Gone),

            (Unanswered { Answer: null } u, Request r) => (u with { Answer = r.Frame }, QueueClose | TakeBack(r.TakesBack)),
            (Unanswered { Answer: null } u, Violate v) => (u with { Answer = v.Violation.Frame }, QueueClose | TakeBack(v.TakesBack)), // a limit of ours
            (Unanswered { Answer: null } u, Due or ByHand { Begins: false }) => (Answer(u.Frame), WriteClose | Done), // nobody else does
            (Unanswered { Answer: { } ours } u, Staging) => (Answer(u.Frame) with { Frame = ours }, Done),
            (Unanswered { Answer: { } ours } u, Due) => (Answer(u.Frame) with { Frame = ours }, WriteClose | Done), // what waited before ours is dropped
            (Unanswered u, StreamEnd)               => (Final(Answer(u.Frame), now), Gone),

            (Sent { Delivers: true } s, ByHand { Begins: false }) => (s with { Delivers = false }, EndReceiving | ReadOn), // nobody reads any more
            (Sent { Delivers: true } s, Violate { Violation.Fails: false }) => (s with { Delivers = false }, EndReceiving | ReadOn), // a limit of ours
            (Sent { Ours: Owed } s, Staging)        => (s with { Ours = Staged }, DropQueued),                 // 5.5.1: no data follows
            (Sent { Ours: Staged } s, Handing)      => (s with { Ours = Leaving }, None),
            (Sent { Ours: Leaving } s, Written)     => (s with { Ours = Out }, ReportSent),
            (Sent { Ours: Owed } s, PeerFrame p)    => (Both(s, p.Frame) with { Ours = Staged }, WriteClose | EndOf(s) | Done), // before what waits
            (Sent s, PeerFrame p)                   => (Both(s, p.Frame), EndOf(s) | Done),                    // also when both close at once
            (Sent, Violate { Violation.Fails: false }) => (was, None),                                         // a limit on data that is dropped anyway
            (Sent { Ours: Owed } s, Violate v)      => (new Failed(v.Violation.Frame, s.Why.Then(v.Violation.Why), Staged), WriteClose | EndOf(s) | Failing),
            (Sent s, Violate v)                     => (new Failed(s.Frame, s.Why.Then(v.Violation.Why), s.Ours), EndOf(s) | Failing), // no second close frame
            (Sent s, StreamEnd e)                   => (Lost(SentFrame(s.Frame, s.Ours), s.Why.Then(e.Why), EndedBy.Local, now), EndOf(s) | Gone),
            (Sent s, Due)                           => (Lost(SentFrame(s.Frame, s.Ours), s.Why.Then(NoAnswer(timeout)), EndedBy.Local, now), EndOf(s) | Gone),

            (Exchanged { Ours: Staged } x, Handing) => (x with { Ours = Leaving }, None),
            (Exchanged { Ours: Leaving } x, Written) => (x with { Ours = Out }, ReadOn | ReportSent),          // before the peer's end is read
            (Exchanged x, StreamEnd or Due)         => (Final(x, now), Release),                               // what goes wrong from here on changes nothing

            (Failed { Ours: Staged } f, Handing)    => (f with { Ours = Leaving }, None),
            (Failed { Ours: Leaving } f, Written)   => (f with { Ours = Out }, ReportSent),
            (Failed f, StreamEnd or Due)            => (Lost(SentFrame(f.Frame, f.Ours), f.Why, EndedBy.Local, now), Release),

            var (state, _)                          => (state, None),                                          // no move
        };

        if (ReferenceEquals(next, was)) return effects;
        if (next.GetType() != was.GetType()) _deadline = now > TimeSpan.MaxValue - timeout ? TimeSpan.MaxValue : now + timeout;
        _state = next;
        return effects;
    }

    /// <summary>An ordinary closing handshake begins.</summary>
    private static CloseEffects Close(bool takesBack) => QueueClose | EndReceiving | ReadOn | TakeBack(takesBack);

    private static CloseEffects TakeBack(bool takesBack) => Unless(!takesBack, TakeBackQueued);

    /// <summary>What came is handed out no more, where it was until now.</summary>
    private static CloseEffects EndOf(Sent s) => Unless(!s.Delivers, EndReceiving);

    private static CloseEffects Unless(bool done, CloseEffects effect) => done ? None : effect;

    /// <summary>Both close frames are decided.</summary>
    private const CloseEffects Done = DropQueued | DropPings | EndSendingFirst;

    private const CloseEffects Failing = DropQueued | DropPings | EndSending;

    private const CloseEffects Gone = DropQueued | DropPings | Release;

    private static Failed Fail(Violated v) => new(v.Violation.Frame, v.Violation.Why, Staged);

    private static Exchanged Answer(CloseFrame frame) => new(frame.Echo, frame, ReceivedFirst: true, EndedBy.Remote, EndReason.PeerClosed, Staged);

    private static Exchanged Both(Sent s, CloseFrame theirs) => new(s.Frame, theirs, ReceivedFirst: s.Ours is Owed or Staged, EndedBy.Local, s.Why, s.Ours);

    /// <summary>The frame, if the peer can have it.</summary>
    private static CloseFrame? SentFrame(CloseFrame frame, Delivery ours) => ours == Out ? frame : null;

    private static EndReason NoAnswer(TimeSpan timeout) => EndReason.CloseNotAnswered(timeout);

    /// <summary>RFC 6455 7.1.5: without a valid close frame the code is 1006.</summary>
    private static Ended Lost(CloseFrame? sent, EndReason why, EndedBy by, TimeSpan now) => new(new CloseRecord
    {
        Code = CloseCodes.AbnormalClosure,
        Sent = sent,
        EndedBy = by,
        Why = why,
        Elapsed = now,
    });

    /// <summary>RFC 6455 7.1.5, 7.1.6: code and reason are the peer's; clean only if ours got out before the stream ended (7.1.4).</summary>
    private static Ended Final(Exchanged x, TimeSpan now) => new(new CloseRecord
    {
        Code = x.Received.Code,
        Reason = x.Received.Reason,
        WasClean = x.Ours == Out,
        Sent = SentFrame(x.Frame, x.Ours),
        Received = x.Received,
        ReceivedFirst = x.ReceivedFirst,
        EndedBy = x.By,
        Why = x.Why,
        Elapsed = now,
    });
}
