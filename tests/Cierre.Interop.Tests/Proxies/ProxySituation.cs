namespace Cierre.Interop.Tests.Proxies;

/// <summary>One end of a connection with something in between: a row of the table in docs/deploy.md.</summary>
/// <param name="Name">The cell of the first column.</param>
/// <param name="PlayAsync">Plays it.</param>
public sealed record ProxySituation(string Name, Func<ProxyStage, Task<ProxyEnd>> PlayAsync);

/// <summary>Where a situation is played.</summary>
/// <param name="StartAsync">Starts what stands in between, before a server.</param>
/// <param name="Over">Nobody waits for it any more.</param>
public sealed record ProxyStage(Func<Uri, Task<Front>> StartAsync, CancellationToken Over);

/// <summary>How it ended.</summary>
/// <param name="Cell">The cell of the table.</param>
/// <param name="Client">The client's record.</param>
/// <param name="Server">The server's record, where the server lived to have one.</param>
public sealed record ProxyEnd(string Cell, CloseRecord Client, CloseRecord? Server = null)
{
    /// <summary>What the client's record says, in a few words.</summary>
    public static ProxyEnd Of(CloseRecord client, CloseRecord? server = null) => new(CellOf(client), client, server);

    public static string CellOf(CloseRecord record) => record switch
    {
        { HttpRefusal: { } http } => $"HTTP {(int)http.StatusCode}{string.Concat(http.Headers.Where(header => header.Key == "Retry-After").Select(header => $", `Retry-After: {header.Value}`"))}",
        { Received: { } frame } => $"{frame.Code} \"{frame.Reason}\"",
        _ => $"{record.Code} `{record.Cause.ToKebabCase()}`",
    };
}
