using System.Collections.Concurrent;
using Cierre.Interop.Tests.Proxies;
using Xunit;

[assembly: AssemblyFixture(typeof(ProxyPlays))]

namespace Cierre.Interop.Tests.Proxies;

/// <summary>Each situation before each front, played once. The one that takes 30 s begins with the first test of all, and so costs no time of its own.</summary>
public sealed class ProxyPlays : IAsyncLifetime
{
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentDictionary<(string Situation, string Front), Lazy<Task<ProxyEnd>>> _plays = new();

    /// <summary>How a situation ends there; a test that asks for a proxy which is not here is skipped.</summary>
    public Task<ProxyEnd> EndAsync(ProxySituation situation, string front)
    {
        Assert.SkipUnless(Front.IsHere(front), $"{front} is not here.");
        return Play(situation, front);
    }

    public ValueTask InitializeAsync()
    {
        foreach (string front in Front.Names.Where(Front.IsHere)) _ = Play(ProxySituations.Idle, front);
        return ValueTask.CompletedTask;
    }

    /// <summary>What was begun and nobody asked for ends early, and its processes with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        foreach (Task play in _plays.Values.Select(play => play.Value)) await play.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    private Task<ProxyEnd> Play(ProxySituation situation, string front) =>
        _plays.GetOrAdd((situation.Name, front), _ => new(() => Task.Run(() => situation.PlayAsync(new ProxyStage(server => Front.StartAsync(front, server), _over.Token))))).Value;
}
