using Cierre.Closing;
using Cierre.Transports;

namespace Cierre.Connections;

/// <summary>Being looked at: whoever looks gets copies into a bounded queue of its own, and none of its code runs here.</summary>
internal sealed partial class ConnectionDriver
{
    private const int RecentFramesKept = 16;

    /// <summary>Null: nobody looks. Written under the lock.</summary>
    private ConnectionWatch? Watch => (ConnectionWatch?)_engine.Observer;

    public ConnectionTrace StartTrace(TraceOptions options)
    {
        var trace = new ConnectionTrace(this, options);
        lock (_gate)
        {
            if (_letGo) trace.Complete();
            else Watched().Add(trace);
        }

        return trace;
    }

    /// <summary>Also the headers of the frames right before it, where they are kept: no frame is in both, and none in neither.</summary>
    public ConnectionTrace StartTrace(TraceOptions options, out IReadOnlyList<FrameTrace> before)
    {
        lock (_gate)
        {
            before = KeptFrames();
            return StartTrace(options);
        }
    }

    public void StopTrace(ConnectionTrace trace)
    {
        lock (_gate)
        {
            trace.Complete();
            if (Watch is not { } watch) return;
            watch.Remove(trace);
            if (!watch.IsWanted) _engine.Observer = null;
        }
    }

    /// <summary>From now on the headers of the last frames are kept.</summary>
    public void KeepRecentFrames(int count = RecentFramesKept)
    {
        lock (_gate) Watched().KeepRecent(count);
    }

    public IReadOnlyList<FrameTrace> RecentFrames()
    {
        lock (_gate) return _letGo ? Watch?.Recent?.ToArray() ?? [] : Watched().KeepRecent(RecentFramesKept).ToArray();
    }

    /// <summary>Whether anybody looks.</summary>
    public bool IsWatched
    {
        get
        {
            lock (_gate) return Watch is not null;
        }
    }

    /// <summary>The headers of the last frames where they are kept already, and nothing else: this is no look that begins to keep them.</summary>
    public IReadOnlyList<FrameTrace> KeptFrames()
    {
        lock (_gate) return Watch?.Recent?.ToArray() ?? [];
    }

    private ConnectionWatch Watched()
    {
        if (Watch is { } watch) return watch;
        watch = new ConnectionWatch(_time, _opened);
        _engine.Observer = watch;
        return watch;
    }

    private void Tell(TransportEventKind kind, Exception? exception = null)
    {
        if (Watch is null) return;
        lock (_gate) Watch?.Transport(kind, exception);
    }

    private void Tell(TransportEnd end)
    {
        // Cut, or given up waiting for: what the stream says after that is our own doing.
        if (_engine.State is CloseState.Ended) return;
        switch (end.Kind)
        {
            case TransportEndKind.EndOfStream:
                Tell(TransportEventKind.EndOfStream, end.Exception);
                break;
            case TransportEndKind.Reset:
                Tell(TransportEventKind.Reset, end.Exception);
                break;
            case TransportEndKind.CutHere:
                Tell(TransportEventKind.Aborted, end.Exception);
                break;
            case TransportEndKind.Fault:
                Tell(TransportEventKind.Fault, end.Exception);
                break;
        }
    }

    /// <summary>The transport is given back: the last event, and the end of every trace.</summary>
    private void TellLetGo()
    {
        lock (_gate)
        {
            _letGo = true;
            Watch?.Transport(TransportEventKind.Closed, null);
            Watch?.Complete();
        }
    }
}
