using System.Globalization;
using Cierre.AspNetCore.Resuming;

namespace Cierre.AspNetCore.Inspector;

/// <summary>The server's sessions, those without a connection included, in an answer of bounded size.</summary>
internal sealed class ShownSessions(SessionTable sessions, WebSocketInspectorOptions options, string process)
{
    /// <summary>Those that can still be ended.</summary>
    public HostedSession? Find(string id) => sessions.Find(id) is { Session.Connection.IsOpen: true } session ? session : null;

    /// <summary>Those that have been away longest come first, and then the newest. One pass over all, which keeps no more than it shows.</summary>
    public SessionsMessage List(ListQuery query)
    {
        int limit = Math.Clamp(query.Limit ?? options.MaxRows, 1, options.MaxRows);
        var first = new PriorityQueue<SessionRow, (double Away, double Age)>(limit + 1);
        int open = 0, away = 0, matching = 0;
        foreach (HostedSession session in sessions.All)
        {
            SessionRow row = RowsOf.Session(session);
            open++;
            if (row.AwayFor is not null) away++;
            if (!Matches(query.Filter, session, row.Connection)) continue;
            matching++;
            (double, double) priority = (row.AwayFor ?? -1, -row.Age);
            if (first.Count < limit) first.Enqueue(row, priority);
            else first.EnqueueDequeue(row, priority);
        }

        var rows = new SessionRow[first.Count];
        for (int i = rows.Length - 1; i >= 0; i--) rows[i] = first.Dequeue();
        return new SessionsMessage("sessions", process, open, away, matching, rows);
    }

    private static bool Matches(string? filter, HostedSession session, long? connection) => string.IsNullOrEmpty(filter)
        || session.Endpoint.Contains(filter, StringComparison.OrdinalIgnoreCase)
        || session.UserId?.Contains(filter, StringComparison.OrdinalIgnoreCase) == true
        || session.Session.Id.StartsWith(filter, StringComparison.OrdinalIgnoreCase)
        || (long.TryParse(filter, NumberStyles.None, CultureInfo.InvariantCulture, out long id) && id == connection);
}
