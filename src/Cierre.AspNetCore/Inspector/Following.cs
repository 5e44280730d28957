using System.Globalization;

namespace Cierre.AspNetCore.Inspector;

/// <summary>One connection whose frames a viewer is shown: a trace that lasts as long as this does.</summary>
/// <remarks>A viewer is shown so many a second. What is over waits in the trace, which drops its oldest and counts them: so one count covers fast peers and
/// slow viewers.</remarks>
internal sealed class Following : IDisposable
{
    private readonly WebSocketTrace _trace;
    private long _missed;

    public Following(OpenConnection entry, WebSocketInspectorOptions options)
    {
        Entry = entry;
        _trace = entry.Carrier.StartTrace(new WebSocketTraceOptions { PayloadBytes = options.PayloadBytes, Capacity = options.MaxFramesPerSecond });
    }

    public OpenConnection Entry { get; }

    public IReadOnlyList<WebSocketTraceFrame> FramesBefore => _trace.FramesBefore;

    /// <summary>Whether the connection has ended and all that is to be shown of it was.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The next ones; null where there is nothing new.</summary>
    public FramesMessage? Next(int most, CultureInfo culture)
    {
        // Asked before: whatever the end left behind is there by then.
        bool hasEnded = Entry.Carrier.Closed.IsCompleted;
        var rows = new List<FrameRow>();
        while (rows.Count < most && _trace.TryRead(out WebSocketTraceEvent? seen)) rows.Add(RowsOf.Seen(seen, culture));
        IsOver = hasEnded && rows.Count < most;
        long missed = _trace.MissedCount;
        if (rows.Count == 0 && missed == _missed) return null;
        _missed = missed;
        return new FramesMessage("frames", Entry.Id, missed, rows);
    }

    public void Dispose() => _trace.Dispose();
}
