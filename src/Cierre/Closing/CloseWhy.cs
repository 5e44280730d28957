namespace Cierre.Closing;

/// <summary>Why a connection ends: the cause, the sentence that names the evidence, and the exception if there was one.</summary>
internal sealed record CloseWhy(CloseCause Cause, CloseDetail Detail, Exception? Exception = null)
{
    public static readonly CloseWhy PeerClosed = new(CloseCause.PeerClosed, new CloseDetail("PeerClosed"));
    public static readonly CloseWhy Requested = new(CloseCause.Requested, new CloseDetail("Requested"));
    public static readonly CloseWhy HandlerReturned = new(CloseCause.HandlerReturned, new CloseDetail("HandlerReturned"));
    public static readonly CloseWhy HostStopping = new(CloseCause.HostStopping, new CloseDetail("HostStopping"));
    public static readonly CloseWhy ServiceRestarting = new(CloseCause.HostStopping, new CloseDetail("ServiceRestarting"));
    public static readonly CloseWhy Draining = new(CloseCause.HostStopping, new CloseDetail("Draining"));
    public static readonly CloseWhy Disposed = new(CloseCause.Disposed, new CloseDetail("Disposed"));
    public static readonly CloseWhy Aborted = new(CloseCause.Aborted, new CloseDetail("Aborted"));

    /// <summary>
    /// What the record names when <paramref name="news"/> follows our own close. The cause is the first thing that happened, but
    /// where our close was an ordinary one, a missing or broken answer is the news. Our own abort while we wait is none.
    /// </summary>
    public CloseWhy Then(CloseWhy news) => GivesWayToNews && news.IsNews ? news with { Exception = news.Exception ?? Exception } : this;

    private bool GivesWayToNews => Cause is CloseCause.Requested or CloseCause.HandlerReturned or CloseCause.HostStopping or CloseCause.Disposed;

    private bool IsNews => Cause is CloseCause.CloseTimeout or CloseCause.EndOfStream or CloseCause.ConnectionReset
        or CloseCause.ProtocolViolation or CloseCause.InvalidData or CloseCause.MessageTooBig;

    /// <summary>Whether an end of the stream for this reason was our own doing.</summary>
    public EndedBy EndedBy => Cause is CloseCause.Aborted or CloseCause.Disposed or CloseCause.Requested or CloseCause.Cancelled or CloseCause.ExtensionMissing
        ? EndedBy.Local
        : EndedBy.Network;
}
