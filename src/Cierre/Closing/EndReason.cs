namespace Cierre.Closing;

/// <summary>Why a connection ends: the cause, the sentence that names the evidence, and the exception if there was one.</summary>
/// <remarks>The reasons that whoever hosts a connection gives are made here, so that every sentence is the core's.</remarks>
internal sealed record EndReason(CloseCause Cause, CloseDetail Detail, Exception? Exception = null)
{
    public static readonly EndReason PeerClosed = new(CloseCause.PeerClosed, new CloseDetail("PeerClosed"));
    public static readonly EndReason Requested = new(CloseCause.Requested, new CloseDetail("Requested"));
    public static readonly EndReason HandlerReturned = new(CloseCause.HandlerReturned, new CloseDetail("HandlerReturned"));
    public static readonly EndReason HostStopping = new(CloseCause.HostStopping, new CloseDetail("HostStopping"));
    public static readonly EndReason ServiceRestarting = new(CloseCause.HostStopping, new CloseDetail("ServiceRestarting"));
    public static readonly EndReason Draining = new(CloseCause.HostStopping, new CloseDetail("Draining"));
    public static readonly EndReason Disposed = new(CloseCause.Disposed, new CloseDetail("Disposed"));
    public static readonly EndReason Aborted = new(CloseCause.Aborted, new CloseDetail("Aborted"));

    /// <summary>To a caller of System.Net.WebSockets a cancelled call is the end of the connection.</summary>
    public static readonly EndReason CallCancelled = new(CloseCause.Aborted, new CloseDetail("CallCancelled"));

    /// <summary>A connection that is passed on to another server, whose close frame came before the client's.</summary>
    public static readonly EndReason UpstreamClosed = new(CloseCause.Requested, new CloseDetail("UpstreamClosed"));

    /// <summary>A connection that is passed on to another server, which ended without a close frame, or was given up by who passes it on.</summary>
    public static readonly EndReason UpstreamEnded = new(CloseCause.UpstreamFailed, new CloseDetail("UpstreamEnded"));

    /// <summary>A session that nobody will come back to: whoever hosts it gives it up.</summary>
    public static readonly EndReason SessionAbandoned = new(CloseCause.Aborted, new CloseDetail("SessionAbandoned"));

    /// <summary>Words for those who are told by a close frame, or by HTTP, and have no record.</summary>
    public static string ClientGone => new CloseDetail("ClientGone").English;

    /// <inheritdoc cref="ClientGone"/>
    public static string UpgradesAtCapacity => new CloseDetail("UpgradesAtCapacity").English;

    /// <summary>The sentence, in English, as on the wire.</summary>
    public string Text => Detail.English;

    /// <summary>An endpoint's handler, or that of a kept connection, threw.</summary>
    public static EndReason HandlerFailed(Exception exception) => new(CloseCause.HandlerFailed, new CloseDetail("HandlerFailed"), exception);

    /// <summary>The other side of a gateway did not open, or ended otherwise than by a close that can be passed on.</summary>
    /// <param name="trouble">Which trouble it is, in a few words that hold nothing of the upstream's: the reason of 1014.</param>
    public static EndReason UpstreamFailed(CloseRecord upstream, out string trouble)
    {
        CloseDetail words = UpstreamFailure.Of(upstream);
        trouble = words.English;
        return new(CloseCause.UpstreamFailed, new CloseDetail("UpstreamFailed", words, upstream.Why.Detail), upstream.Exception);
    }

    /// <summary>A session cannot go on over another connection.</summary>
    /// <param name="words">Why, as a key of <see cref="Texts"/>.</param>
    public static EndReason SessionLost(string words) => new(CloseCause.SessionLost, new CloseDetail("SessionLost", new CloseDetail(words)));

    public static EndReason CloseNotAnswered(TimeSpan timeout) => new(CloseCause.CloseTimeout, new CloseDetail("CloseNotAnswered", timeout.TotalSeconds));

    /// <summary>Fetch 2.9: the port is one of those that a browser does not connect to.</summary>
    public static EndReason PortBlocked(int port) => new(CloseCause.Aborted, new CloseDetail("PortBlocked", port));

    /// <summary>Code of the application's that sets up the opening threw.</summary>
    public static EndReason TransportFailed(Exception exception) =>
        new(CloseCause.Aborted, new CloseDetail("TransportFailed", exception.GetType().Name), exception);

    /// <summary>A blob that is being sent threw where it was read.</summary>
    public static EndReason BlobNotReadable(Exception exception) =>
        new(CloseCause.Aborted, new CloseDetail("BlobNotReadable", exception.GetType().Name), exception);

    /// <summary>WHATWG WebSockets, <c>send</c>: data does not fit, because the buffer is full.</summary>
    public static EndReason SendBufferFull(long buffered, long limit) => new(CloseCause.Aborted, new CloseDetail("SendBufferFull", buffered, limit));

    /// <summary>
    /// What the record names when <paramref name="news"/> follows our own close. The cause is the first thing that happened, but
    /// where our close was an ordinary one, a missing or broken answer is the news. Our own abort while we wait is none.
    /// </summary>
    public EndReason Then(EndReason news) => GivesWayToNews && news.IsNews ? news with { Exception = news.Exception ?? Exception } : this;

    private bool GivesWayToNews => Cause is CloseCause.Requested or CloseCause.HandlerReturned or CloseCause.HostStopping or CloseCause.Disposed;

    private bool IsNews => Cause is CloseCause.CloseTimeout or CloseCause.EndOfStream or CloseCause.ConnectionReset
        or CloseCause.ProtocolViolation or CloseCause.InvalidData or CloseCause.MessageTooBig;

    /// <summary>Whether an end of the stream for this reason was our own doing.</summary>
    public EndedBy EndedBy => Cause is CloseCause.Aborted or CloseCause.Disposed or CloseCause.Requested or CloseCause.Cancelled or CloseCause.ExtensionMissing
        ? EndedBy.Local
        : EndedBy.Network;
}
