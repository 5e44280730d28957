using System.Globalization;

namespace Cierre.AspNetCore.Inspector;

/// <summary>The server's connections without those of the inspector itself, in pages of bounded size.</summary>
internal sealed class ShownConnections(WebSocketRoster roster, WebSocketInspectorOptions options, string process)
{
    /// <summary>Goes with every answer that names connections by number.</summary>
    public string Process => process;

    /// <summary>Whether numbers that were given with this are this process's; who gives none takes what they mean here.</summary>
    public bool IsMeant(string? given) => given is null || given == process;

    public OpenConnection? Find(long id) => roster.Find(id) is { IsInspector: false } entry ? entry : null;

    /// <summary>The newest first. One pass over all, which keeps no more than it shows.</summary>
    public ConnectionsMessage List(ListQuery query, CultureInfo culture)
    {
        int limit = Math.Clamp(query.Limit ?? options.MaxRows, 1, options.MaxRows);
        var newest = new PriorityQueue<OpenConnection, long>(limit + 1);
        int open = 0, matching = 0, viewers = 0;
        foreach (OpenConnection entry in roster)
        {
            if (entry.IsInspector)
            {
                viewers++;
                continue;
            }

            open++;
            if (!query.Matches(entry.Endpoint, entry.UserId, entry.Id)) continue;
            matching++;
            if (entry.Id >= query.Before) continue;
            if (newest.Count <= limit) newest.Enqueue(entry, entry.Id);
            else newest.EnqueueDequeue(entry, entry.Id);
        }

        // One more than is shown was kept: it tells that there are more.
        bool more = newest.Count > limit && newest.TryDequeue(out _, out _);
        var rows = new ConnectionRow[newest.Count];
        for (int i = rows.Length - 1; i >= 0; i--) rows[i] = RowsOf.Connection(newest.Dequeue(), culture);
        return new ConnectionsMessage("connections", process, open, matching, viewers, options.PayloadBytes > 0, more ? rows[^1].Id : null, rows);
    }

    /// <summary>The last ones that ended, the newest first.</summary>
    /// <param name="ever">How many ended so far, the inspector's own included.</param>
    public IReadOnlyList<ClosedConnection> Closes(out long ever) => roster.ClosesSoFar(out ever);
}

/// <summary>Which connections are asked for.</summary>
/// <param name="Before">Only those with a lower number; null for the newest.</param>
/// <param name="Filter">Found in the endpoint or the user, or the number itself; null or empty for all.</param>
/// <param name="Limit">How many at most; null for as many as there may be.</param>
internal sealed record ListQuery(long? Before = null, string? Filter = null, int? Limit = null)
{
    /// <param name="connection">The connection's number; 0: there is none.</param>
    /// <param name="session">The session's id, of which the beginning is enough; null: it is about a connection.</param>
    public bool Matches(string endpoint, string? user, long connection, string? session = null) => string.IsNullOrEmpty(Filter)
        || endpoint.Contains(Filter, StringComparison.OrdinalIgnoreCase)
        || user?.Contains(Filter, StringComparison.OrdinalIgnoreCase) == true
        || session?.StartsWith(Filter, StringComparison.OrdinalIgnoreCase) == true
        || (connection != 0 && long.TryParse(Filter, NumberStyles.None, CultureInfo.InvariantCulture, out long id) && id == connection);
}
