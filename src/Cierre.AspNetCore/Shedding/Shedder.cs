using Cierre.AspNetCore.Admission;
using Cierre.Closing;

namespace Cierre.AspNetCore.Shedding;

/// <summary>Closes some connections with 1013; by an ordinary close, behind what was already sent to them.</summary>
internal sealed class Shedder(OpenConnections connections)
{
    public Task<IReadOnlyList<CloseRecord>> ShedShareAsync(double share, ShedOrder order) => ShedAsync((int)Math.Ceiling(connections.Count * share), order);

    public async Task<IReadOnlyList<CloseRecord>> ShedAsync(int count, ShedOrder order) => await Task.WhenAll(Begin(count, order).Select(connection => connection.Closed));

    /// <summary>Those that close already are not chosen: their place is as good as free.</summary>
    public IReadOnlyList<WebSocketConnection> Begin(int count, ShedOrder order)
    {
        IEnumerable<WebSocketConnection> open = connections.NewestFirst().Where(connection => connection.IsOpen);
        if (order == ShedOrder.Idlest) open = open.OrderByDescending(connection => connection.Driver.Idle);
        WebSocketConnection[] chosen = [.. open.Take(count)];
        Violation violation = Violations.LoadShed();
        foreach (WebSocketConnection connection in chosen) connection.Driver.BeginClose(violation);
        return chosen;
    }
}
