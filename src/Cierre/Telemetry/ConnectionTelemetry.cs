using System.Diagnostics;
using System.Runtime.CompilerServices;
using Cierre.Callbacks;

namespace Cierre.Telemetry;

/// <summary>What one connection tells, from the beginning of its opening to its end: measurements and its span. Called outside of every lock.</summary>
/// <remarks>Listeners are the application's code, and run in the middle of an opening or an end: what one of them throws keeps neither the connection nor the
/// other listeners from anything.</remarks>
internal sealed partial class ConnectionTelemetry
{
    private readonly ConnectionGroup _group;
    private readonly Activity? _span;
    private readonly TimeProvider _time;
    private readonly Action<Exception>? _failed;
    private readonly long _begun;

    private LinkedListNode<IMeasured>? _entry;
    private bool _answered;
    private int _ended;

    private ConnectionTelemetry(ConnectionGroup group, Activity? span, TimeProvider time, Action<Exception>? failed) =>
        (_group, _span, _time, _failed, _begun) = (group, span, time, failed, time.GetTimestamp());

    private TimeSpan Elapsed => _time.GetElapsedTime(_begun);

    /// <summary>A client begins to open a connection. The span is current from here on, until the caller's method returns.</summary>
    public static ConnectionTelemetry OfClient(Uri url, TimeProvider time)
    {
        ConnectionGroup group = ConnectionGroup.OfClient(url);
        return new ConnectionTelemetry(group, CierreActivities.StartClient(group, url, time, failed: null), time, failed: null);
    }

    /// <summary>A request came for a server's endpoint. The span is current from here on, until the caller's method returns.</summary>
    /// <param name="caller">The peer's span, as the request names it.</param>
    /// <param name="failed">Told of what a listener throws.</param>
    public static ConnectionTelemetry OfServer(
        string route, string scheme, string path, TimeProvider time, ActivityContext caller = default, Action<Exception>? failed = null)
    {
        ConnectionGroup group = ConnectionGroup.OfServer(route);
        return new ConnectionTelemetry(group, CierreActivities.StartServer(group, route, scheme, path, time, caller, failed), time, failed);
    }

    /// <summary>The handshake is done, the connection about to start.</summary>
    public void Opened(IMeasured connection, string? subprotocol)
    {
        _answered = true;
        // Before the listeners: the connection may send and receive from here on.
        _entry = _group.Add(connection);
        Guarded.Call((_group, Elapsed), static of => CierreMeter.Handshake(of._group, of.Elapsed, "opened", status: null, error: null), _failed);
        if (_span is null) return;
        if (subprotocol is not null) _span.SetTag(TelemetryAttributes.Subprotocol, subprotocol);
        CierreActivities.Opened(_span, Elapsed);
    }

    /// <summary>A server answered with a status. False, and no move, where the connection was opened.</summary>
    public bool Answered(int status) =>
        NotOpened("refused", status, status >= 500 ? status.ToString(System.Globalization.CultureInfo.InvariantCulture) : null, description: null);

    /// <summary>A client's opening failed, or was refused.</summary>
    public void Failed(CloseRecord record) =>
        NotOpened(record.HttpStatus is null ? "failed" : "refused", (int?)record.HttpStatus, record.Cause.ToKebabCase(), record.Detail);

    /// <summary>Something threw before there was an answer; a cancellation is the caller's wish, and no error.</summary>
    public void Failed(Exception exception)
    {
        bool cancelled = exception is OperationCanceledException;
        NotOpened(cancelled ? "cancelled" : "failed", status: null, cancelled ? null : exception.GetType().FullName, description: null);
    }

    /// <summary>The connection carries a session from now on. It calls no listener, so that it may be called under a lock.</summary>
    /// <param name="session">The session's name in logs.</param>
    /// <param name="before">The span of the connection that carried it before; null: there was none, or nobody watches.</param>
    /// <returns>What the next connection's span is linked to; null: this one has no span.</returns>
    public StrongBox<ActivityContext>? Carries(string session, StrongBox<ActivityContext>? before)
    {
        if (_span is null) return null;
        _span.SetTag(TelemetryAttributes.SessionId, session);
        if (before is not null) _span.AddLink(new ActivityLink(before.Value));
        return new StrongBox<ActivityContext>(_span.Context);
    }

    public void Pinged(TimeSpan roundTrip) => Guarded.Call((_group, roundTrip), static of => CierreMeter.RoundTrip(of._group, of.roundTrip), _failed);

    /// <summary>The connection ended. Only the first call counts.</summary>
    public void Closed(CloseRecord record, in ConnectionCounts counts)
    {
        if (_entry is not { } entry || Interlocked.Exchange(ref _ended, 1) != 0) return;
        _group.Remove(entry, counts);
        Guarded.Call((_group, record), static of => CierreMeter.Closed(of._group, of.record), _failed);
        Guarded.Call((_group, record), static of => CierreMeter.Lived(of._group, of.record), _failed);
        if (_span is not null)
            Guarded.Call((this, record), static of => CierreActivities.Ended(of.Item1._span!, of.Item1.Elapsed, of.record, of.Item1._group.IsClient), _failed);
    }

    private bool NotOpened(string outcome, int? status, string? error, string? description)
    {
        if (_answered) return false;
        _answered = true;
        Guarded.Call((_group, Elapsed, outcome, status, error), static of =>
            CierreMeter.Handshake(of._group, of.Elapsed, of.outcome, of.status, of.error), _failed);
        if (_span is null) return true;
        Guarded.Call(
            (_span, Elapsed, outcome, status, error, description),
            static of => CierreActivities.Ended(of._span, of.Elapsed, of.outcome, of.status, of.error, of.description),
            _failed);
        return true;
    }
}
