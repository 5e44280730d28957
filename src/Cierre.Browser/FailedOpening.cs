using Cierre.Closing;

namespace Cierre.Browser;

/// <summary>What an opening came to that gave no connection: both of the browser's APIs end with a record, and throw nothing.</summary>
internal static class FailedOpening
{
    /// <param name="exception">What <see cref="WebSocketConnection.ConnectAsync"/> threw.</param>
    /// <param name="gaveUp">Why the opening was given up; null where it was not.</param>
    public static CloseRecord RecordOf(Exception exception, EndReason? gaveUp, TimeSpan elapsed) => exception switch
    {
        WebSocketConnectException failed => failed.Record,
        OperationCanceledException when gaveUp is not null => CloseRecord.NotOpened(gaveUp, elapsed),
        // Code of the application's that sets up the HTTP handler.
        _ => CloseRecord.NotOpened(EndReason.TransportFailed(exception), elapsed),
    };
}
