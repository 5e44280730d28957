using static Cierre.Closing.CloseInput;
using static Cierre.Closing.CloseState;
using static Cierre.Closing.CloseStep;

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

    public readonly bool IsOpen => _state is null;

    public readonly CloseRecord? Record => (_state as Ended)?.Record;

    /// <summary>Every wait has an end: from the decision to the peer's close frame, and again from there to the end of the stream.</summary>
    public readonly TimeSpan Deadline => _state is null or Ended ? TimeSpan.MaxValue : _deadline;

    public CloseStep On(CloseInput input, TimeSpan now)
    {
        CloseState was = State;
        (CloseState next, CloseStep step) = (was, input) switch
        {
            (Open, Request r)                    => (new Sent(r.Frame, r.Why), WriteBehind(r.Frame)),                                           // 7.1.2
            (Open, PeerFrame p)                  => (Answer(p.Frame), WriteAndFinish(p.Frame.Echo)),                                            // 5.5.1: answered once
            (Open, Violate { Violation.Fails: false } v) => (new Sent(v.Violation.Frame, v.Violation.Why), WriteBehind(v.Violation.Frame)),     // a limit of ours: an ordinary close
            (Open, Violate v)                    => (new Failed(v.Violation.Frame, v.Violation.Why), WriteAndFinish(v.Violation.Frame)),        // 7.1.7
            (Open, StreamEnd e)                  => (Lost(null, e.Why, e.Why.EndedBy, now), DropNow),                                           // 7.1.5: 1006

            (Sent { Out: false } s, Written)     => (s with { Out = true }, Nothing),
            (Sent { Out: true } s, PeerFrame p)  => (new Exchanged(s.Frame, p.Frame, false, EndedBy.Local, s.Why, true), FinishNow),            // also when both close at once
            (Sent s, PeerFrame p)                => (new Exchanged(s.Frame, p.Frame, true, EndedBy.Local, s.Why), WriteAndFinish(s.Frame)),     // ours was queued behind messages
            (Sent, Violate { Violation.Fails: false }) => (was, Nothing),                                                                       // a limit on data that is dropped anyway
            (Sent { Out: true } s, Violate v)    => (new Failed(s.Frame, s.Why.Then(v.Violation.Why), true), FinishNow),                        // no second close frame
            (Sent s, Violate v)                  => (new Failed(v.Violation.Frame, s.Why.Then(v.Violation.Why)), WriteAndFinish(v.Violation.Frame)),
            (Sent s, StreamEnd e)                => (Lost(s.Out ? s.Frame : null, s.Why.Then(e.Why), EndedBy.Local, now), DropNow),
            (Sent s, Due)                        => (Lost(s.Out ? s.Frame : null, s.Why.Then(NoAnswer(timeout)), EndedBy.Local, now), DropNow),

            (Exchanged { Out: false } x, Written) => (x with { Out = true }, Nothing),
            (Exchanged x, StreamEnd or Due)       => (Done(x, now), DropNow),                                                                   // what goes wrong from here on changes nothing

            (Failed { Out: false } f, Written)    => (f with { Out = true }, Nothing),
            (Failed f, StreamEnd or Due)          => (Lost(f.Out ? f.Frame : null, f.Why, EndedBy.Local, now), DropNow),

            var (state, _)                        => (state, Nothing),                                                                          // no move
        };

        if (ReferenceEquals(next, was)) return step;
        if (next.GetType() != was.GetType()) _deadline = now > TimeSpan.MaxValue - timeout ? TimeSpan.MaxValue : now + timeout;
        _state = next;
        return step;
    }

    private static Exchanged Answer(CloseFrame frame) => new(frame.Echo, frame, ReceivedFirst: true, EndedBy.Remote, CloseWhy.PeerClosed);

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
        WasClean = x.Out,
        Sent = x.Out ? x.Frame : null,
        Received = x.Received,
        ReceivedFirst = x.ReceivedFirst,
        EndedBy = x.By,
        Why = x.Why,
        Elapsed = now,
    });
}
