using System.Threading.Tasks.Sources;
using Cierre.Callbacks;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Scheduling;

namespace Cierre.Receiving;

/// <summary>What came and was not read yet, and the one reader that waits. All members but those of the value task sources run under the connection's
/// lock.</summary>
/// <remarks>What lies here depends on the reader: whole messages (<see cref="MessageInbox"/>), whatever has come of one
/// (<see cref="PieceInbox"/>), or nothing (<see cref="CallbackInbox"/>).</remarks>
internal abstract class Inbox(Lock gate, ConnectionDriver driver)
{
    /// <summary>How much may lie here unread before the transport is asked to pause: the peer then feels it through TCP.</summary>
    public const int HighWater = 64 * 1024;

    // An empty message takes room too.
    protected const int MessageOverhead = 64;

    private CancellationToken _token;
    private CancellationTokenRegistration _registration;

    // From the wait until its result is taken: what came lies here for its reader, and for nobody else.
    private bool _claimed;

    protected ManualResetValueTaskSourceCore<bool> Waiter;

    protected enum Waiting : byte
    {
        ForNothing,
        ForMessage,
        ForStream,
        ForPart,
        ForPiece,
    }

    /// <summary>Whether the transport should pause: much lies here and nobody asks for it.</summary>
    public abstract bool IsFull(int heldByEngine);

    /// <summary>Bytes of messages that nobody has asked for yet.</summary>
    public abstract int UnreadBytes { get; }

    /// <summary>Nothing lies unread and nothing that was handed out is still in use.</summary>
    public abstract bool IsIdle { get; }

    /// <summary>Something lies unread, or its reader has not come back for the next: it may still answer.</summary>
    public abstract bool IsBusy { get; }

    /// <summary>Whether the coming message is wanted in parts, or was begun so.</summary>
    public abstract bool WantsParts { get; }

    /// <summary>A stream waits for what is to follow of its message.</summary>
    public bool AwaitsRest => Waits == Waiting.ForPart;

    /// <summary>Whether nothing more comes.</summary>
    protected bool HasEnded { get; private set; }

    protected Waiting Waits { get; private set; }

    /// <summary>Whoever waits has a context of its own: what completes in that call, be it a task made of ours, calls it.</summary>
    protected bool HasContext { get; private set; }

    protected Lock Gate => gate;

    protected ConnectionDriver Driver => driver;

    // ---- the engine's side; true: wake the reader, outside the lock ----

    public abstract bool Deliver(in ProtocolEvent message);

    public abstract bool DeliverPart(in ProtocolEvent part);

    /// <summary>Whether a message is taken by <see cref="HandOut"/>, and never lies here.</summary>
    public virtual bool HandsOut => false;

    /// <summary>Behind each of the two, outside the lock, on the transport's thread: what the message is stays valid until this returns.</summary>
    public virtual void HandOut(in ProtocolEvent message)
    {
    }

    /// <summary>The reader has something, and waits only for more of the batch. Of the transport's thread.</summary>
    public virtual bool WaitsForBatch => false;

    /// <summary>The batch is used up: a reader that waited for more of it has what there is.</summary>
    public virtual bool EndBatch() => false;

    /// <summary>Nothing more comes; what lies here can still be read.</summary>
    public virtual bool End()
    {
        if (HasEnded) return false;
        HasEnded = true;
        return Waits != Waiting.ForNothing && StopWaiting();
    }

    /// <summary>Runs the waiting reader: here and now for what it can answer in the same batch, on the pool for everything else, and where a context of its own
    /// is to be called first. Outside the lock.</summary>
    public void Wake(bool inline = false)
    {
        Waiter.RunContinuationsAsynchronously = !inline || HasContext;
        Guarded.Call(this, static inbox => inbox.Waiter.SetResult(true), driver.CallbackFailed);
    }

    /// <summary>What a receive throws that blocks the thread which brings what it waits for.</summary>
    public static InvalidOperationException WaitsForItself() =>
        new("This thread brings the connection's bytes, because a receive continues on it, so it must not block until more have come: "
            + "await the receive, or block on another thread.");

    // ---- the reader's side ----

    protected void CheckOne()
    {
        if (_claimed) throw new InvalidOperationException("A receive is already waiting: one receive at a time.");
    }

    protected void Wait(Waiting what, CancellationToken token)
    {
        CheckOne();
        Waiter.Reset();
        _claimed = true;
        Waits = what;
        HasContext = CallersContext.IsHere;
        _token = token;
        // A token that is cancelled by now runs its callback here, under the lock, which is its own.
        if (token.CanBeCanceled) _registration = token.UnsafeRegister(static (inbox, token) => ((Inbox)inbox!).Cancel(token), this);
    }

    protected bool StopWaiting()
    {
        Waits = Waiting.ForNothing;
        _registration.Unregister();
        _registration = default;
        _token = default;
        return true;
    }

    /// <summary>The wait is over, and its result is about to be taken.</summary>
    protected void Unclaim(short token)
    {
        // Throws where the token is not that of this wait.
        if (Waiter.GetStatus(token) == ValueTaskSourceStatus.Pending && !(driver.Receiving.InBatch && GiveUp())) BlockingWait.For(ref Waiter, token);
        _claimed = false;
    }

    private void Cancel(CancellationToken token)
    {
        lock (gate)
        {
            if (Waits == Waiting.ForNothing || _token != token) return;
            StopWaiting();
        }

        Waiter.RunContinuationsAsynchronously = true;
        Waiter.SetException(new OperationCanceledException(token));
    }

    /// <summary>The thread that brings the bytes would wait for itself: its wait is over, and what comes is the next receive's. False: another thread is
    /// about to end it.</summary>
    private bool GiveUp()
    {
        lock (gate)
        {
            if (Waits == Waiting.ForNothing) return false;
            StopWaiting();
        }

        Waiter.RunContinuationsAsynchronously = true;
        Waiter.SetException(WaitsForItself());
        return true;
    }
}
