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

    /// <summary>Told of what code of the application's threw that nobody awaits; null: nobody has a log. Set before <see cref="Start"/>.</summary>
    public Action<Exception>? CallbackFailed { get; set; }
}
