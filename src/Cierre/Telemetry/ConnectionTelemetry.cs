using System.Diagnostics;

namespace Cierre.Telemetry;

/// <summary>What one connection tells, from the beginning of its opening to its end: measurements and its span. Called outside of every lock.</summary>
internal sealed class ConnectionTelemetry
{
    private readonly ConnectionGroup _group;
    private readonly Activity? _span;
    private readonly TimeProvider _time;
    private readonly long _begun;

    private LinkedListNode<IMeasured>? _entry;
    private bool _answered;
    private int _ended;

    private ConnectionTelemetry(ConnectionGroup group, Activity? span, TimeProvider time) => (_group, _span, _time, _begun) = (group, span, time, time.GetTimestamp());

    private TimeSpan Elapsed => _time.GetElapsedTime(_begun);

    /// <summary>A client begins to open a connection. The span is current from here on, until the caller's method returns.</summary>
    public static ConnectionTelemetry OfClient(Uri url, TimeProvider time)
    {
        ConnectionGroup group = ConnectionGroup.OfClient(url);
        return new ConnectionTelemetry(group, CierreActivities.StartClient(group, url, time), time);
    }

    /// <summary>A request came for a server's endpoint. The span is current from here on, until the caller's method returns.</summary>
    /// <param name="caller">The peer's span, as the request names it.</param>
    public static ConnectionTelemetry OfServer(string route, string scheme, string path, TimeProvider time, ActivityContext caller = default)
    {
        ConnectionGroup group = ConnectionGroup.OfServer(route);
        return new ConnectionTelemetry(group, CierreActivities.StartServer(group, route, scheme, path, time, caller), time);
    }

    /// <summary>The handshake is done, the connection about to start.</summary>
    public void Opened(IMeasured connection, string? subprotocol)
    {
        _answered = true;
        CierreMeter.Handshake(_group, Elapsed, "opened", status: null, error: null);
        if (_span is not null)
        {
            if (subprotocol is not null) _span.SetTag(TelemetryAttributes.Subprotocol, subprotocol);
            CierreActivities.Opened(_span, Elapsed);
        }

        _entry = _group.Enter(connection);
    }

    /// <summary>A server answered with a status. False, and no move, where the connection was opened.</summary>
    public bool Answered(int status) => NotOpened("refused", status, status >= 500 ? status.ToString(System.Globalization.CultureInfo.InvariantCulture) : null, description: null);

    /// <summary>A client's opening failed, or was refused.</summary>
    public void Failed(CloseRecord record) => NotOpened(record.HttpStatus is null ? "failed" : "refused", (int?)record.HttpStatus, record.Cause.ToKebabCase(), record.Detail);

    /// <summary>Something threw before there was an answer; a cancellation is the caller's wish, and no error.</summary>
    public void Failed(Exception exception)
    {
        bool cancelled = exception is OperationCanceledException;
        NotOpened(cancelled ? "cancelled" : "failed", status: null, cancelled ? null : exception.GetType().FullName, description: null);
    }

    public void Pinged(TimeSpan roundTrip) => CierreMeter.RoundTrip(_group, roundTrip);

    /// <summary>The connection ended. Only the first call counts.</summary>
    public void Closed(CloseRecord record, in ConnectionCounts counts)
    {
        if (_entry is not { } entry || Interlocked.Exchange(ref _ended, 1) != 0) return;
        _group.Leave(entry, counts);
        CierreMeter.Close(_group, record);
        if (_span is not null) CierreActivities.Ended(_span, Elapsed, record, _group.IsClient);
    }

    private bool NotOpened(string outcome, int? status, string? error, string? description)
    {
        if (_answered) return false;
        _answered = true;
        CierreMeter.Handshake(_group, Elapsed, outcome, status, error);
        if (_span is not null) CierreActivities.Ended(_span, Elapsed, outcome, status, error, description);
        return true;
    }
}
