using Cierre.AspNetCore.Admission;
using Cierre.Closing;
using Cierre.Connections;

namespace Cierre.AspNetCore.Shedding;

/// <summary>Closes some connections with 1013; by an ordinary close, behind what was already sent to them.</summary>
internal sealed class Shedder(WebSocketRoster connections)
{
    public Task<IReadOnlyList<CloseRecord>> ShedShareAsync(double share, ShedOrder order) => EndAsync(BeginShare(share, order));

    public Task<IReadOnlyList<CloseRecord>> ShedAsync(int count, ShedOrder order) => EndAsync(Begin(count, order));

    /// <summary>A share of the open ones, rounded up.</summary>
    public IReadOnlyList<WebSocketConnection> BeginShare(double share, ShedOrder order) => Begin((int)Math.Ceiling(connections.Count * share), order);

    /// <summary>Those that close already are not chosen: their place is as good as free.</summary>
    private WebSocketConnection[] Begin(int count, ShedOrder order)
    {
        IEnumerable<WebSocketConnection> open = connections.NewestFirst().Where(connection => connection.IsOpen);
        if (order == ShedOrder.Idlest) open = open.OrderByDescending(connection => connection.IdleTime);
        WebSocketConnection[] chosen = [.. open.Take(count)];
        Violation violation = Violations.LoadShed();
        foreach (WebSocketConnection connection in chosen) ConnectionControl.Of(connection).Close(violation);
        return chosen;
    }

    private static async Task<IReadOnlyList<CloseRecord>> EndAsync(IReadOnlyList<WebSocketConnection> chosen) =>
        await Task.WhenAll(chosen.Select(connection => connection.Closed)).ConfigureAwait(false);
}
