namespace Cierre.Closing;

/// <summary>Where the closing of a connection stands, with exactly what is known there.</summary>
internal abstract record CloseState
{
    private CloseState() { }

    /// <summary>No close frame either way. RFC 6455: OPEN.</summary>
    /// <param name="ByHand">The application answers the peer's close frame itself.</param>
    public sealed record Open(bool ByHand = false) : CloseState
    {
        public static readonly Open Instance = new();

        public static readonly Open AnsweredByHand = new(ByHand: true);
    }

    /// <summary>We decided to close and wait for the peer's close frame. RFC 6455: CLOSING.</summary>
    /// <param name="Delivers">What the peer sends until then is handed out: the application answers by hand.</param>
    public sealed record Sent(CloseFrame Frame, EndReason Why, Delivery Ours = Delivery.Owed, bool Delivers = false) : CloseState;

    /// <summary>The peer's close frame came, and the application, which answers by hand, has not closed yet: it may still send. RFC 6455: CLOSING.</summary>
    /// <param name="Frame">What came.</param>
    /// <param name="Answer">The application's answer, which goes out behind what it sent before; null while there is none.</param>
    public sealed record Unanswered(CloseFrame Frame, CloseFrame? Answer = null) : CloseState;

    /// <summary>The peer's close frame came, ours is out or on its way; the transport still has to end.</summary>
    public sealed record Exchanged(CloseFrame Frame, CloseFrame Received, bool ReceivedFirst, EndedBy By, EndReason Why, Delivery Ours = Delivery.Owed)
        : CloseState;

    /// <summary>The peer broke the protocol, and nothing more is read; but what came before that is still being answered, and the close frame waits for it.
    /// RFC 6455: OPEN.</summary>
    /// <param name="Violation">The rule.</param>
    /// <param name="Answered">The answers are given: the close frame goes out behind them, and no message is taken any more.</param>
    public sealed record Violated(Violation Violation, bool Answered = false) : CloseState;

    /// <summary>We failed the connection: whatever still comes is not processed. RFC 6455 7.1.7.</summary>
    public sealed record Failed(CloseFrame Frame, EndReason Why, Delivery Ours = Delivery.Owed) : CloseState;

    /// <summary>The transport is gone; the record is final. RFC 6455: CLOSED.</summary>
    public sealed record Ended(CloseRecord Record) : CloseState;
}

/// <summary>How far our close frame got.</summary>
internal enum Delivery : byte
{
    /// <summary>Decided; it waits behind messages.</summary>
    Owed,

    /// <summary>Written behind everything else that goes out; the transport has not taken it yet.</summary>
    Staged,

    /// <summary>Given to the transport, which has not said that it took it. The peer may have it, and its answer may be faster than that word.</summary>
    Leaving,

    /// <summary>Taken by the transport.</summary>
    Out,
}
