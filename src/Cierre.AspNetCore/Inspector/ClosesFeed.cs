using System.Globalization;

namespace Cierre.AspNetCore.Inspector;

/// <summary>Which of the last closes a viewer was told of.</summary>
internal sealed class ClosesFeed(ShownConnections shown)
{
    private HashSet<long> _told = [];
    private long? _ever;

    /// <summary>All of them again: in another language.</summary>
    public void Restart() => (_told, _ever) = ([], null);

    /// <summary>Those that are new, the newest first; null for none.</summary>
    public ClosesMessage? Next(CultureInfo culture)
    {
        IReadOnlyList<ClosedConnection> closes = shown.Closes(out long ever);
        if (ever == _ever) return null;
        long coming = _ever is { } before ? ever - before : closes.Count;
        ClosedConnection[] fresh = [.. closes.Where(closed => !_told.Contains(closed.Id))];
        (_told, _ever) = ([.. closes.Select(closed => closed.Id)], ever);
        CloseRow[] rows = [.. fresh.Where(closed => !closed.IsInspector).Select(closed => RowsOf.Closed(closed, culture))];
        long missed = coming - fresh.Length;
        return rows.Length == 0 && missed == 0 ? null : new ClosesMessage("closes", shown.Process, missed, rows);
    }
}
