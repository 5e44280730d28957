namespace Cierre.Closing;

/// <summary>Why a connection ends: the cause, the sentence that names the evidence, and the exception if there was one.</summary>
internal sealed record CloseWhy(CloseCause Cause, CloseDetail Detail, Exception? Exception = null)
{
    public static readonly CloseWhy PeerClosed = new(CloseCause.PeerClosed, new CloseDetail("PeerClosed"));
    public static readonly CloseWhy Requested = new(CloseCause.Requested, new CloseDetail("Requested"));
    public static readonly CloseWhy HandlerReturned = new(CloseCause.HandlerReturned, new CloseDetail("HandlerReturned"));
    public static readonly CloseWhy HostStopping = new(CloseCause.HostStopping, new CloseDetail("HostStopping"));
    public static readonly CloseWhy Disposed = new(CloseCause.Disposed, new CloseDetail("Disposed"));
    public static readonly CloseWhy Aborted = new(CloseCause.Aborted, new CloseDetail("Aborted"));

    /// <summary>
    /// What the record names when <paramref name="news"/> follows our own close. The cause is the first thing that happened, but
    /// where our close was an ordinary one, a missing or broken answer is the news.
    /// </summary>
    public CloseWhy Then(CloseWhy news) => Cause is CloseCause.Requested or CloseCause.HandlerReturned or CloseCause.HostStopping or CloseCause.Disposed
        ? news with { Exception = news.Exception ?? Exception }
        : this;

    /// <summary>Whether an end of the stream for this reason was our own doing.</summary>
    public EndedBy EndedBy => Cause is CloseCause.Aborted or CloseCause.Disposed or CloseCause.Requested or CloseCause.Cancelled or CloseCause.ExtensionMissing
        ? EndedBy.Local
        : EndedBy.Network;
}
