namespace Cierre.Interop.Tests.Proxies;

/// <summary>What stands between a client and its server: a proxy, or a gateway of ours.</summary>
public abstract class Front : IAsyncDisposable
{
    /// <summary>The columns of the table in docs/deploy.md.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ProxyKind.All.Select(kind => kind.Name), GatewayFront.Name];

    /// <summary>Where clients connect to.</summary>
    public abstract Uri Url { get; }

    /// <summary>Starts one that sends to that server, and takes 30 s of silence.</summary>
    public static async Task<Front> StartAsync(string name, Uri server) =>
        ProxyKind.All.SingleOrDefault(kind => kind.Name == name) is { } proxy ? await ProxyFront.StartAsync(proxy, server, TimeSpan.FromSeconds(30)) : await GatewayFront.StartAsync(server);

    public static bool IsHere(string name) => ProxyKind.All.SingleOrDefault(kind => kind.Name == name)?.IsHere ?? true;

    /// <summary>Ends it as a service manager does.</summary>
    public abstract Task StopAsync();

    public abstract ValueTask DisposeAsync();
}
