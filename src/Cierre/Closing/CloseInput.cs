namespace Cierre.Closing;

/// <summary>What can happen to a connection on its way to the end.</summary>
internal abstract record CloseInput
{
    private CloseInput() { }

    /// <summary>We want to close with this frame: the application, a handler, a policy, a drain.</summary>
    /// <param name="Frame">The frame.</param>
    /// <param name="Why">The cause that the record names.</param>
    /// <param name="TakesBack">The messages that wait, and have not begun, are dropped.</param>
    public sealed record Request(CloseFrame Frame, EndReason Why, bool TakesBack = false) : CloseInput;

    /// <summary>A valid close frame of the peer.</summary>
    public sealed record PeerFrame(CloseFrame Frame) : CloseInput;

    /// <summary>The peer broke a rule, which fails the connection (RFC 6455 7.1.7), or one of our limits, which closes it:
    /// <see cref="Closing.Violation.Fails"/>.</summary>
    /// <param name="Violation">The rule.</param>
    /// <param name="Behind">What came before is still being answered: a failure waits for that.</param>
    /// <param name="TakesBack">The messages that wait, and have not begun, are dropped; where it fails the connection, they are anyway.</param>
    public sealed record Violate(Violation Violation, bool Behind = false, bool TakesBack = false) : CloseInput;

    /// <summary>Whether the application answers the peer's close frame itself, and reads what comes behind ours, from now on.</summary>
    /// <param name="Begins">False: it is gone, and does neither.</param>
    public sealed record ByHand(bool Begins) : CloseInput
    {
        public static readonly ByHand Begun = new(true);

        public static readonly ByHand Over = new(false);
    }

    /// <summary>What came before a violation is answered.</summary>
    public sealed record Answered : CloseInput
    {
        public static readonly Answered Instance = new();
    }

    /// <summary>Our close frame, which waited behind messages, was written into the output.</summary>
    public sealed record Staging : CloseInput
    {
        public static readonly Staging Instance = new();
    }

    /// <summary>Our close frame was given to the transport.</summary>
    public sealed record Handing : CloseInput
    {
        public static readonly Handing Instance = new();
    }

    /// <summary>Our close frame was taken by the transport.</summary>
    public sealed record Written : CloseInput
    {
        public static readonly Written Instance = new();
    }

    /// <summary>The byte stream ended: FIN, reset, or our own abort; the cause tells.</summary>
    public sealed record StreamEnd(EndReason Why) : CloseInput;

    /// <summary>The deadline of the state passed.</summary>
    public sealed record Due : CloseInput
    {
        public static readonly Due Instance = new();
    }
}
