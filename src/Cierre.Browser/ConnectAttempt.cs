using System.Diagnostics.CodeAnalysis;
using Cierre.Closing;

namespace Cierre.Browser;

/// <summary>One opening, which can be given up until the connection is there. Both of the browser's APIs begin with it; where it comes to nothing it has a
/// record, and throws nothing.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle holds nothing that needs disposal.")]
internal sealed class ConnectAttempt(UrlRecord url, WebSocketClientOptions options)
{
    private readonly CancellationTokenSource _givingUp = new();
    private readonly long _begun = options.TimeProvider.GetTimestamp();
    private EndReason? _gaveUp;

    /// <summary>Why it was given up; null while it was not.</summary>
    public EndReason? GaveUp => Volatile.Read(ref _gaveUp);

    /// <summary>Gives it up: the first reason counts.</summary>
    public void GiveUp(EndReason why)
    {
        if (Interlocked.CompareExchange(ref _gaveUp, why, null) is null) _ = _givingUp.CancelAsync();
    }

    /// <summary>WHATWG WebSockets, establish a WebSocket connection.</summary>
    /// <returns>The connection, which may have come first although it was given up; else the record of the failure.</returns>
    public async Task<(WebSocketConnection? Connection, CloseRecord? Failure)> RunAsync()
    {
        try
        {
            BlockedPorts.Check(url.Address);
            return (await WebSocketConnection.ConnectAsync(url.Address, options, _givingUp.Token).ConfigureAwait(SimulationContext.IsCurrent), null);
        }
        catch (Exception e)
        {
            return (null, RecordOf(e, GaveUp, Elapsed));
        }
    }

    /// <summary>The record of a connection that nobody wants any more.</summary>
    public CloseRecord NotWanted(EndReason why) => CloseRecord.NotOpened(GaveUp ?? why, Elapsed);

    /// <param name="exception">What <see cref="WebSocketConnection.ConnectAsync"/> threw.</param>
    /// <param name="gaveUp">Why the opening was given up; null where it was not.</param>
    public static CloseRecord RecordOf(Exception exception, EndReason? gaveUp, TimeSpan elapsed) => exception switch
    {
        WebSocketConnectException failed => failed.Record,
        OperationCanceledException when gaveUp is not null => CloseRecord.NotOpened(gaveUp, elapsed),
        // Code of the application's that sets up the HTTP handler.
        _ => CloseRecord.NotOpened(EndReason.TransportFailed(exception), elapsed),
    };

    private TimeSpan Elapsed => options.TimeProvider.GetElapsedTime(_begun);
}
