using System.Threading.Tasks.Sources;
using Cierre.Callbacks;
using Cierre.Connections;
using Cierre.Scheduling;

namespace Cierre.Receiving;

/// <summary>What came and was not read yet, and the one reader that waits. All members but those of the value task sources run under the connection's
/// lock.</summary>
internal abstract class ReaderInbox(Lock gate, ConnectionCore core) : Inbox(gate, core)
{
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

    public override bool AwaitsRest => Waits == Waiting.ForPart;

    protected Waiting Waits { get; private set; }

    /// <summary>Whoever waits has a context of its own: what completes in that call, be it a task made of ours, calls it.</summary>
    protected bool HasContext { get; private set; }

    public override bool End()
    {
        if (HasEnded) return false;
        base.End();
        return Waits != Waiting.ForNothing && StopWaiting();
    }

    /// <summary>Here and now for what the reader can answer in the same batch, on the pool for everything else, and where a context of its own is to be called
    /// first.</summary>
    public override void Wake(bool inline = false)
    {
        Waiter.RunContinuationsAsynchronously = !inline || HasContext;
        Guarded.Call(this, static inbox => inbox.Waiter.SetResult(true), Core.CallbackFailed);
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
        if (token.CanBeCanceled) _registration = token.UnsafeRegister(static (inbox, token) => ((ReaderInbox)inbox!).Cancel(token), this);
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
        if (Waiter.GetStatus(token) == ValueTaskSourceStatus.Pending && !(Core.InBatch && GiveUp())) BlockingWait.For(ref Waiter, token);
        _claimed = false;
    }

    private void Cancel(CancellationToken token)
    {
        lock (Gate)
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
        lock (Gate)
        {
            if (Waits == Waiting.ForNothing) return false;
            StopWaiting();
        }

        Waiter.RunContinuationsAsynchronously = true;
        Waiter.SetException(WaitsForItself());
        return true;
    }
}
