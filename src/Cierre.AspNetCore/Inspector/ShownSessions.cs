using Cierre.AspNetCore.Resuming;
using Cierre.Connections;

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
        var first = new PriorityQueue<HostedSession, (TimeSpan Away, TimeSpan Age)>(limit + 1);
        int open = 0, away = 0, matching = 0;
        foreach (HostedSession session in sessions.All)
        {
            ConnectionControl.Session kept = session.Session;
            TimeSpan? awayFor = kept.AwayFor;
            open++;
            if (awayFor is not null) away++;
            if (!query.Matches(session.Endpoint, session.UserId, kept.Carrier, kept.Id)) continue;
            matching++;
            (TimeSpan, TimeSpan) priority = (awayFor ?? TimeSpan.MinValue, -kept.Connection.Age);
            if (first.Count < limit) first.Enqueue(session, priority);
            else first.EnqueueDequeue(session, priority);
        }

        var rows = new SessionRow[first.Count];
        for (int i = rows.Length - 1; i >= 0; i--) rows[i] = RowsOf.Session(first.Dequeue());
        return new SessionsMessage("sessions", process, open, away, matching, rows);
    }
}
