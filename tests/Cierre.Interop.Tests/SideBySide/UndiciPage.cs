using System.Text.Json.Nodes;
using Xunit;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>A Node process in which the API is npm's <c>undici</c>.</summary>
public sealed class UndiciPage : IScriptHost
{
    private ScriptPeer? _peer;

    public async Task<string> RunAsync(string script, string argument)
    {
        Assert.SkipWhen(_peer is null, $"{PeerKind.Undici.Name} is not here: {PeerKind.Undici.Skip} is set.");
        return (await _peer!.AskAsync("run", new JsonObject { ["script"] = script, ["argument"] = argument })).GetProperty("value").GetString()!;
    }

    public async ValueTask InitializeAsync()
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(PeerKind.Undici.Skip))) return;
        _peer = ScriptPeer.Start("node", "undici-page.mjs");
        await _peer.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_peer is not null) await _peer.DisposeAsync();
    }
}
