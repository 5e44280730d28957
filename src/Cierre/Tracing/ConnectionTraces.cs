using Cierre.Closing;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre.Tracing;

/// <summary>Being looked at: whoever looks gets copies into a bounded queue of its own, and none of its code runs here.</summary>
/// <remarks>It holds nothing: who looks is the engine's <see cref="WebSocketProtocol.Observer"/>, written under the connection's lock.</remarks>
internal readonly struct ConnectionTraces(ConnectionDriver driver, TimeProvider time, long opened)
{
    /// <summary>Null: nobody looks.</summary>
    private ConnectionWatch? Watch => (ConnectionWatch?)driver.Engine.Observer;

    public WebSocketTrace StartTrace(WebSocketTraceOptions options)
    {
        lock (driver.Gate)
        {
            // Under one lock: no frame is both before and in the trace, and none in neither.
            var trace = new WebSocketTrace(driver, options, RecentFrames());
            if (driver.IsGone) trace.Complete();
            else Watched().Add(trace);
            return trace;
        }
    }

    public void StopTrace(WebSocketTrace trace)
    {
        lock (driver.Gate)
        {
            trace.Complete();
            if (Watch is not { } watch) return;
            watch.Remove(trace);
            if (!watch.IsWanted) driver.Engine.Observer = null;
        }
    }

    /// <summary>From now on the headers of so many of the last frames are kept.</summary>
    public void KeepRecentFrames(int count)
    {
        lock (driver.Gate)
        {
            // Nothing follows: what was kept stays.
            if (!driver.IsGone) Watched().KeepRecent(count);
        }
    }

    /// <summary>The headers of the last frames, where they are kept: asking for them keeps none.</summary>
    public IReadOnlyList<WebSocketTraceFrame> RecentFrames()
    {
        lock (driver.Gate) return Watch?.Recent?.ToArray() ?? [];
    }

    /// <summary>Whether anybody looks.</summary>
    public bool IsWatched
    {
        get
        {
            lock (driver.Gate) return Watch is not null;
        }
    }

    private ConnectionWatch Watched()
    {
        if (Watch is { } watch) return watch;
        watch = new ConnectionWatch(time, opened);
        driver.Engine.Observer = watch;
        return watch;
    }

    public void Tell(WebSocketTraceTransportKind kind, Exception? exception = null)
    {
        if (Watch is null) return;
        lock (driver.Gate) Watch?.Transport(kind, exception);
    }

    public void Tell(TransportEnd end)
    {
        // Cut, or given up waiting for: what the stream says after that is our own doing.
        if (driver.Engine.State is CloseState.Ended) return;
        switch (end.Kind)
        {
            case TransportEndKind.EndOfStream:
                Tell(WebSocketTraceTransportKind.EndOfStream, end.Exception);
                break;
            case TransportEndKind.Reset:
                Tell(WebSocketTraceTransportKind.Reset, end.Exception);
                break;
            case TransportEndKind.CutHere:
                Tell(WebSocketTraceTransportKind.Aborted, end.Exception);
                break;
            case TransportEndKind.Fault:
                Tell(WebSocketTraceTransportKind.Fault, end.Exception);
                break;
        }
    }

    /// <summary>The transport was given back: the last event, and the end of every trace. Under the lock.</summary>
    public void End()
    {
        Watch?.Transport(WebSocketTraceTransportKind.Closed, null);
        Watch?.Complete();
    }
}
