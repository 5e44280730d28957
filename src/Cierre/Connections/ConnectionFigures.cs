using Cierre.Telemetry;

namespace Cierre.Connections;

/// <summary>What can be asked of a connection at any time, read under its lock. The engine counts anyway.</summary>
internal readonly struct ConnectionFigures(ConnectionDriver driver)
{
    /// <summary>How long no message has passed either way.</summary>
    public TimeSpan IdleTime
    {
        get
        {
            lock (driver.Gate) return Lived - driver.Engine.LastMessage;
        }
    }

    /// <summary>How long it has lived; after its end, how long it did.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (driver.Gate) return Lived;
        }
    }

    public ConnectionTraffic Traffic
    {
        get
        {
            lock (driver.Gate) return driver.Engine.Traffic;
        }
    }

    public ConnectionCounts Counts
    {
        get
        {
            lock (driver.Gate)
            {
                return new ConnectionCounts(
                    driver.Engine.MessagesReceived,
                    driver.Engine.MessagesSent,
                    driver.Engine.PayloadRead,
                    driver.Engine.PayloadWritten,
                    SendQueue: driver.Sending.Waiting,
                    ReceiveQueue: driver.Receiving.Waiting);
            }
        }
    }

    private TimeSpan Lived => driver.Engine.Record?.Elapsed ?? driver.Now;
}
