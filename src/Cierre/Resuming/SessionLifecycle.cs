using Cierre.Closing;
using static Cierre.Resuming.SessionEffects;
using static Cierre.Resuming.SessionInput;
using static Cierre.Resuming.SessionState;

namespace Cierre.Resuming;

/// <summary>The one state machine of a session that survives its connections, for both roles. Every transition is a row of the switch below.</summary>
/// <remarks>A server's begins with the client's hello, and is attached then.</remarks>
internal struct SessionLifecycle(WebSocketRole role, TimeSpan window)
{
    public SessionState State { get; private set; } = role == WebSocketRole.Client ? New.Instance : Attached.Instance;

    /// <summary>How long it is kept without a connection. A client learns it from the server.</summary>
    public TimeSpan Window { get; set; } = window;

    /// <summary>A connection carries it: what is sent goes out.</summary>
    public readonly bool IsAttached => State is Attached;

    /// <summary>Messages are taken to be sent, now or over the next connection. A client's wait until it knows how much it may send ahead.</summary>
    public readonly bool TakesMessages => State is Attached or Returning or Away { Close: null };

    public readonly TimeSpan Deadline => State is Away away ? away.Until : TimeSpan.MaxValue;

    /// <summary>Moves, and says what is to be done; where the input is no move, nothing.</summary>
    public SessionEffects On(SessionInput input, TimeSpan now)
    {
        bool isServer = role == WebSocketRole.Server;
        SessionState was = State;
        (State, SessionEffects effects) = (was, input) switch
        {
            (New, Connected)                        => (Greeting.Instance, WriteHello),
            (New, Gone { MayResume: false })        => (new Ended(null, null), Complete),
            (New, Close c)                          => (new Ended(c.Frame, null), Complete),

            (Greeting, Began)                       => (Attached.Instance, Begin),
            (Greeting, Gone { MayResume: true })    => (New.Instance, None),                               // no session was lost
            (Greeting, Gone)                        => (new Ended(null, null), Complete),
            (Greeting, Close c)                     => (new Ended(c.Frame, null), CloseConnection | Complete),

            (Attached, Asked { Continues: true })  => (Attached.Instance, CloseOlder | WriteResumed | Repeat),    // the newest holder wins
            (Attached, Asked)                       => (new Ended(null, LossReason.RolledBack), CloseOlder | WriteLost | Complete),
            (Attached, Close c)                     => (new Leaving(c.Frame), CloseConnection),
            (Attached, Gone { MayResume: true })    => (new Away(now + Window), None),
            (Attached, Gone)                        => (new Ended(null, null), Complete),

            (Leaving l, Gone { IsClean: false }) when isServer => (new Away(now + Window, l.Close), None), // the peer is told on its next attempt
            (Leaving l, Gone)                       => (new Ended(l.Close, null), Complete),
            // What was sent before the close comes first.
            (Leaving, Asked { Misses: true })       => (was, CloseOlder | WriteResumed | Repeat | CloseConnection),
            (Leaving l, Asked)                      => (new Ended(l.Close, null), CloseOlder | WriteEnded | Complete),

            (Away a, Connected)                     => (new Returning(a.Until), WriteResume),
            (Away { Close: { } close }, Asked { Misses: true }) => (new Leaving(close), WriteResumed | Repeat | CloseConnection),
            (Away { Close: { } close }, Asked)      => (new Ended(close, null), WriteEnded | Complete),
            (Away, Asked { Continues: true })      => (Attached.Instance, WriteResumed | Repeat),
            (Away, Asked)                           => (new Ended(null, LossReason.RolledBack), WriteLost | Complete),
            (Away { Close: null } a, Close c) when isServer => (a with { Close = c.Frame }, None),         // the client is told when it comes
            (Away { Close: null }, Close c)         => (new Ended(c.Frame, null), Complete),
            (Away { Close: null }, Lost l) when isServer => (new Ended(null, l.Reason), Complete),          // too much waits
            (Away { Close: { } close }, Lost) when isServer => (new Ended(close, null), Complete),          // whoever comes is still told
            (Away { Close: { } close }, Gone { MayResume: false }) => (new Ended(close, null), Complete),
            (Away, Gone { MayResume: false })       => (new Ended(null, LossReason.GivenUp), Complete),    // no further connection is tried
            (Away { Close: { } close }, Due)        => (new Ended(close, null), Complete),
            (Away, Due)                             => (new Ended(null, LossReason.Expired), Complete),

            (Returning, Resumed)                     => (Attached.Instance, Repeat),
            (Returning, Lost l)                      => (new Ended(null, l.Reason), Complete),
            (Returning, Over o)                      => (new Ended(o.Frame, null), Complete),
            (Returning, Close c)                     => (new Ended(c.Frame, null), CloseConnection | Complete),
            (Returning r, Gone { MayResume: true })  => (new Away(r.Until), None),                          // its window goes on
            (Returning, Gone)                        => (new Ended(null, LossReason.GivenUp), Complete),

            (Away { Close: null } or Returning, Abandon) => (new Ended(null, LossReason.GivenUp), Complete),
            (not Ended, Abandon)                    => (new Ended(null, null), Complete),

            (Ended { Close: { } }, Asked)           => (was, WriteEnded),                                  // however late
            (Ended, Asked)                          => (was, WriteLost),

            _                                       => (was, None),                                        // no move
        };
        return effects;
    }
}
