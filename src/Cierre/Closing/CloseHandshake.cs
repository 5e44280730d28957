using static Cierre.Closing.CloseInput;
using static Cierre.Closing.CloseState;
using static Cierre.Closing.CloseStep;
using static Cierre.Closing.Delivery;

namespace Cierre.Closing;

/// <summary>
/// The one state machine of closing: RFC 6455 7, for both roles. Every transition is a row of the switch below; nothing else in the
/// library says whether a close frame was sent or received.
/// </summary>
/// <remarks>
/// A caller never asks whether it may still close: a request after the first, a second close frame or a late violation is no move.
/// The machine does not know its role; <see cref="CloseStep.Finish"/> means that the frames are done.
/// </remarks>
internal struct CloseHandshake(TimeSpan timeout)
{
    private CloseState? _state;
    private TimeSpan _deadline;

    public readonly CloseState State => _state ?? Open.Instance;

    public readonly bool IsOpen => _state is null or Violated { Answered: false };

    public readonly CloseRecord? Record => (_state as Ended)?.Record;

    /// <summary>Every wait has an end: from the decision to the peer's close frame, and again from there to the end of the stream. So has that for the
    /// answers to what came before a violation.</summary>
    public readonly TimeSpan Deadline => _state is null or Ended ? TimeSpan.MaxValue : _deadline;

    public CloseStep On(CloseInput input, TimeSpan now)
    {
        CloseState was = State;
        (CloseState next, CloseStep step) = (was, input) switch
        {
            (Open, Request r)                       => (new Sent(r.Frame, r.Why), WriteBehind(r.Frame)),                                        // 7.1.2
            (Open, PeerFrame p)                     => (Answer(p.Frame), WriteAndFinish(p.Frame.Echo)),                                         // 5.5.1: answered once
            (Open, Violate { Violation.Fails: false } v) => (new Sent(v.Violation.Frame, v.Violation.Why), WriteBehind(v.Violation.Frame)),     // a limit of ours: an ordinary close
            (Open, Violate { Behind: true } v)      => (new Violated(v.Violation), Nothing),                         // what came before is answered first
            (Open, Violate v)                       => (new Failed(v.Violation.Frame, v.Violation.Why, Staged), WriteAndFinish(v.Violation.Frame)), // 7.1.7
            (Open, StreamEnd e)                     => (Lost(null, e.Why, e.Why.EndedBy, now), DropNow),                                        // 7.1.5: 1006

            (Violated { Answered: false } v, Answered or Request) => (v with { Answered = true }, WriteBehind(v.Violation.Frame)),
            (Violated { Answered: true } v, Staging) => (Fail(v), FinishNow),
            (Violated v, Due)                       => (Fail(v), WriteAndFinish(v.Violation.Frame)),                 // the answers took too long
            (Violated v, StreamEnd)                 => (Lost(null, v.Violation.Why, EndedBy.Local, now), DropNow),

            (Sent { Ours: Owed } s, Staging)        => (s with { Ours = Staged }, Nothing),
            (Sent { Ours: Staged } s, Handing)      => (s with { Ours = Leaving }, Nothing),
            (Sent { Ours: Staged or Leaving } s, Written) => (s with { Ours = Out }, Nothing),
            (Sent { Ours: Owed } s, PeerFrame p)    => (Both(s, p.Frame) with { Ours = Staged }, WriteAndFinish(s.Frame)),                      // what waited before ours is dropped
            (Sent s, PeerFrame p)                   => (Both(s, p.Frame), FinishNow),                                                           // also when both close at once
            (Sent, Violate { Violation.Fails: false }) => (was, Nothing),                                                                       // a limit on data that is dropped anyway
            (Sent { Ours: Owed } s, Violate v)      => (new Failed(v.Violation.Frame, s.Why.Then(v.Violation.Why), Staged), WriteAndFinish(v.Violation.Frame)),
            (Sent s, Violate v)                     => (new Failed(s.Frame, s.Why.Then(v.Violation.Why), s.Ours), FinishNow),                   // no second close frame
            (Sent s, StreamEnd e)                   => (Lost(SentFrame(s.Frame, s.Ours), s.Why.Then(e.Why), EndedBy.Local, now), DropNow),
            (Sent s, Due)                           => (Lost(SentFrame(s.Frame, s.Ours), s.Why.Then(NoAnswer(timeout)), EndedBy.Local, now), DropNow),

            (Exchanged { Ours: Staged or Leaving } x, Written) => (x with { Ours = Out }, Nothing),
            (Exchanged x, StreamEnd or Due)         => (Done(x, now), DropNow),                                                                 // what goes wrong from here on changes nothing

            (Failed { Ours: Staged or Leaving } f, Written) => (f with { Ours = Out }, Nothing),
            (Failed f, StreamEnd or Due)            => (Lost(SentFrame(f.Frame, f.Ours), f.Why, EndedBy.Local, now), DropNow),

            var (state, _)                          => (state, Nothing),                                                                        // no move
        };

        if (ReferenceEquals(next, was)) return step;
        if (next.GetType() != was.GetType()) _deadline = now > TimeSpan.MaxValue - timeout ? TimeSpan.MaxValue : now + timeout;
        _state = next;
        return step;
    }

    private static Failed Fail(Violated v) => new(v.Violation.Frame, v.Violation.Why, Staged);

    private static Exchanged Answer(CloseFrame frame) => new(frame.Echo, frame, ReceivedFirst: true, EndedBy.Remote, CloseWhy.PeerClosed, Staged);

    private static Exchanged Both(Sent s, CloseFrame theirs) => new(s.Frame, theirs, ReceivedFirst: s.Ours is Owed or Staged, EndedBy.Local, s.Why, s.Ours);

    /// <summary>The frame, if the peer can have it.</summary>
    private static CloseFrame? SentFrame(CloseFrame frame, Delivery ours) => ours == Out ? frame : null;

    private static CloseWhy NoAnswer(TimeSpan timeout) => new(CloseCause.CloseTimeout, new CloseDetail("CloseNotAnswered", timeout.TotalSeconds));

    /// <summary>RFC 6455 7.1.5: without a valid close frame the code is 1006.</summary>
    private static Ended Lost(CloseFrame? sent, CloseWhy why, EndedBy by, TimeSpan now) => new(new CloseRecord
    {
        Code = CloseCode.AbnormalClosure,
        Sent = sent,
        EndedBy = by,
        Why = why,
        Elapsed = now,
    });

    /// <summary>RFC 6455 7.1.5, 7.1.6: code and reason are the peer's; clean only if ours got out before the stream ended (7.1.4).</summary>
    private static Ended Done(Exchanged x, TimeSpan now) => new(new CloseRecord
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
