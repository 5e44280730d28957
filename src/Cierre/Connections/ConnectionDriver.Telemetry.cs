using Cierre.Telemetry;

namespace Cierre.Connections;

/// <summary>What is measured: the engine counts anyway, and is asked when somebody collects.</summary>
internal sealed partial class ConnectionDriver : IMeasured
{
    /// <summary>Told of the opening and the end; null for a connection that is not measured. Set before <see cref="Start"/>.</summary>
    public ConnectionTelemetry? Telemetry { get; set; }

    public ConnectionCounts Counts
    {
        get
        {
            lock (_gate)
            {
                return new ConnectionCounts(
                    _engine.MessagesReceived,
                    _engine.MessagesSent,
                    _engine.PayloadRead,
                    _engine.PayloadWritten,
                    SendQueue: Waiting,
                    ReceiveQueue: _inbox.UnreadBytes + _engine.HeldBytes);
            }
        }
    }

    /// <summary>The end is known. A listener that throws must not keep it from those who wait for it.</summary>
    private void Complete(CloseRecord record)
    {
        try
        {
            Telemetry?.Closed(record, Counts);
        }
        finally
        {
            _closed.TrySetResult(record);
        }
    }
}
