using System.Net;
using System.Net.Sockets;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>Plays situations, on both sides at once.</summary>
public abstract class Stage(IScriptHost host, IEnumerable<Situation> situations) : IAsyncLifetime
{
    private readonly Dictionary<string, Task<(string, string)>> _begun = [];

    public async ValueTask InitializeAsync()
    {
        await host.InitializeAsync();
        // What takes long goes on beside the rest.
        foreach (Situation situation in situations.Where(situation => situation.TakesLong)) _begun[situation.Name] = PlayAsync(situation);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>What the application saw there and here, event by event, and then what its server did.</summary>
    public Task<(string Theirs, string Ours)> PlayAsync(string name) => _begun.GetValueOrDefault(name) ?? PlayAsync(Situations.All[name]);

    private async Task<(string Theirs, string Ours)> PlayAsync(Situation situation)
    {
        Task<string> theirs = AgainstServerAsync(situation, url => host.RunAsync(ScriptSide.Script(situation), url));
        Task<string> ours = AgainstServerAsync(situation, url => CierreSide.RunAsync(situation, url));
        await Task.WhenAll(theirs, ours);
        return (await theirs, await ours);
    }

    private static async Task<string> AgainstServerAsync(Situation situation, Func<string, Task<string>> client)
    {
        if (situation.NobodyListens)
        {
            // Bound, so that nobody else gets the port, and not listening.
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return await client($"ws://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}/");
        }

        string saw = "server: nothing";
        await using var server = RawServer.Start(
            async peer => saw = $"server: {await situation.Server(peer)}", !situation.AnswersItself, situation.Certificate, situation.TakesLong ? TimeSpan.FromSeconds(90) : null);
        string told = await client(server.Url.ToString());
        await server.ScriptsAsync();
        int last = told.LastIndexOf('\n');
        return $"{told[..last]}\n{saw}{told[last..]}";
    }
}
