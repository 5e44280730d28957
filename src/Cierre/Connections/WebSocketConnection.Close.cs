using Cierre.Closing;
using Cierre.Protocol;

namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>The run of an endpoint's handler; null where there is none. Once it is over, how it ended is why the connection closes, whoever is first to say
    /// so.</summary>
    internal Task? Handler { get; set; }

    /// <summary>What whoever hosts it knows of it; null: nothing.</summary>
    internal object? Host { get; set; }

    /// <summary>Closes: what was sent before goes out first, then the close frame; then the peer's answer is awaited, at most the close timeout. RFC 6455
    /// 7.1.2.</summary>
    /// <remarks>A call after a close was begun by either side changes nothing and waits for the same record.</remarks>
    /// <param name="code">1000-1003, 1007-1014 (1010: a client only) or 3000-4999.</param>
    /// <param name="reason">At most 123 bytes of UTF-8 go on the wire; a longer one is cut at the border of a code point and kept whole in the record.</param>
    /// <param name="cancellationToken">Ends the wait, not the close. The token that says that this connection ends, a handler's, does not.</param>
    /// <returns>How the connection ended.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The code must not be sent; nothing was written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<CloseRecord> CloseAsync(ushort code = CloseCodes.NormalClosure, string reason = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reason);
        CloseCodes.CheckSendable(code, _core.Role, nameof(code));
        _core.BeginClose(new CloseFrame(code, reason), EndReason.Requested);
        return Closed.WaitAsync(_core.Foreign(cancellationToken));
    }

    /// <summary>Closes with a close frame: as <see cref="CloseAsync(ushort, string, CancellationToken)"/> does, or with an empty one
    /// (<see cref="CloseFrame.Empty"/>), which carries no code. RFC 6455 5.5.1, 7.1.5: the peer then reports 1005, and so does this end where the answer is
    /// empty too.</summary>
    /// <remarks>A call after a close was begun by either side changes nothing and waits for the same record.</remarks>
    /// <param name="frame">The frame: empty, or with a code that this end may send.</param>
    /// <param name="cancellationToken">Ends the wait, not the close. The token that says that this connection ends, a handler's, does not.</param>
    /// <returns>How the connection ended.</returns>
    /// <exception cref="ArgumentNullException">No frame.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The code must not be sent; nothing was written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<CloseRecord> CloseAsync(CloseFrame frame, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (!frame.IsEmpty) return CloseAsync(frame.Code, frame.Reason, cancellationToken);
        _core.BeginClose(CloseFrame.Empty, EndReason.Requested);
        return Closed.WaitAsync(_core.Foreign(cancellationToken));
    }

    /// <summary>Closes for a rule of the endpoint's own, and says which kind in the record: missing credentials (3000), a missing permission (3003), a deadline
    /// (3008) or another rule (1008), where the record of the plainer <see cref="CloseAsync(ushort, string, CancellationToken)"/> only says that the
    /// application asked for it.</summary>
    /// <param name="breach">The kind of rule; the code and the record's <see cref="CloseRecord.Cause"/> follow from it.</param>
    /// <param name="reason">What the peer is told, cut to 123 bytes of UTF-8; null for a general sentence.</param>
    /// <param name="cancellationToken">Ends the wait, not the close. The token that says that this connection ends, a handler's, does not.</param>
    /// <returns>How the connection ended.</returns>
    /// <exception cref="ArgumentOutOfRangeException">None of the kinds; nothing was written.</exception>
    /// <exception cref="InvalidOperationException">This end is a client: rules are the server's.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<CloseRecord> CloseAsync(PolicyBreach breach, string? reason = null, CancellationToken cancellationToken = default)
    {
        if (_core.Role == WebSocketRole.Client) throw new InvalidOperationException("A client has no rules of an endpoint to close by: close with a code.");
        Violation rule = breach switch
        {
            PolicyBreach.Unauthorized => Violations.Unauthorized(),
            PolicyBreach.Forbidden => Violations.Forbidden(),
            PolicyBreach.Deadline => Violations.DeadlinePassed(),
            PolicyBreach.PolicyViolation => Violations.RuleBroken(),
            _ => throw new ArgumentOutOfRangeException(nameof(breach), breach,
                "PolicyViolation, Unauthorized, Forbidden or Deadline: for any other end, close with a code."),
        };
        _core.BeginClose(reason is null ? rule.Frame : new CloseFrame(rule.Code, reason), rule.Why);
        return Closed.WaitAsync(_core.Foreign(cancellationToken));
    }

    /// <summary>Is cancelled, on the thread pool, as soon as a close is begun by either side or the connection is lost: for work that goes on beside the
    /// connection.</summary>
    /// <remarks>What came before can still be received. A receive with this token still hands it out, and then the end.</remarks>
    public CancellationToken Closing => _core.Closing;

    /// <summary>How the connection is ending, as it is known so far: null while <see cref="IsOpen"/>; once a close is begun by either side, or the connection
    /// is lost, what the record would say if nothing more came; after the end the record of <see cref="Closed"/>.</summary>
    /// <remarks>For whoever passes the end on, or shows it, without waiting for the peer's answer and the end of the stream.</remarks>
    public CloseRecord? CloseSoFar => _core.RecordSoFar;

    /// <summary>Ends at once: nothing is sent, and the peer sees 1006.</summary>
    public void Abort() => _core.Abort(EndReason.Aborted);

    /// <summary>Closes with 1001 if no close was begun, and waits for the end, at most twice the close timeout. Where an endpoint's handler has returned, its
    /// close goes before: 1000.</summary>
    /// <returns>Completes when the transport is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        // Never opened: nothing to close. A container that made a request's values disposes of them.
        if (_opened is null) return;
        if (Handler is not { IsCompleted: true })
        {
            // After 1001 a session would wait for its client.
            ushort code = _core.Session is not null && Role == WebSocketRole.Client ? CloseCodes.NormalClosure : CloseCodes.GoingAway;
            _core.BeginClose(new CloseFrame(code, EndReason.Disposed.Detail.English), EndReason.Disposed);
        }

        await Closed.ConfigureAwait(SimulationContext.IsCurrent);
    }
}
