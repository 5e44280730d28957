namespace Cierre.Closing;

/// <summary>One violation or policy breach: what it costs and how it is said.</summary>
/// <param name="Code">The code of the close frame that we send for it.</param>
/// <param name="Cause">The cause that the record names.</param>
/// <param name="Reason">The rule that broke, in one clause: the reason on the wire.</param>
/// <param name="Fails">True: fail the connection (RFC 6455 7.1.7); false: an ordinary closing handshake.</param>
internal sealed record Violation(ushort Code, CloseCause Cause, CloseDetail Reason, bool Fails)
{
    public CloseFrame Frame => new(Code, Reason.English);

    public EndReason Why => new(Cause, Reason);
}
