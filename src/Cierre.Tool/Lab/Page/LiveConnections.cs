using Cierre.Tool.Lab.Stage;

namespace Cierre.Tool.Lab.Page;

/// <summary>Two connections that stay open until somebody says how to close them: one of the page's browser, and one of Cierre's client.</summary>
internal sealed class LiveConnections : IAsyncDisposable
{
    public const string Name = "live";

    private static readonly Situation Open = new(Name, "connections that are closed by hand") { Play = scene => throw new InvalidOperationException("It is played by hand.") };

    private readonly LabHost _pageHost;
    private readonly LabHost _clientHost;
    private readonly PagePlayer _page;
    private readonly ConnectionPlayer _connection = new(LabTrace.Options);
    private readonly Dictionary<LabPlayer, LabClient> _clients = [];

    private LiveConnections(PageLink link, LabHost pageHost, LabHost clientHost) =>
        (_page, _pageHost, _clientHost) = (new PagePlayer(link, PageRole.AsAnyClient), pageHost, clientHost);

    /// <summary>Opens both, and has each say hello, which the server echoes.</summary>
    public static async Task<LiveConnections> OpenAsync(PageLink link, Action<CloseRecord> onClosed)
    {
        var live = new LiveConnections(link, await LabHost.StartAsync([Open], onClosed: onClosed), await LabHost.StartAsync([Open], onClosed: onClosed));
        foreach ((LabPlayer player, LabHost host) in live.Players())
        {
            LabClient client = await player.ConnectAsync(host.UrlOf(Open), configure: null);
            live._clients.Add(player, client);
            await client.SendAsync("hello");
        }

        return live;
    }

    /// <summary>Closes both in the same way, and says how both sides of each ended.</summary>
    /// <param name="byServer">Else the clients close.</param>
    public async Task<Outcome> CloseAsync(bool byServer, CloseFrame frame)
    {
        PlayedEnd[] ends = await Task.WhenAll(Players().Select(at => CloseAsync(at.Player, at.Host, byServer, frame)));
        return new Outcome(Open, ends[1], Browser: null, ends[0], Differences: []);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LabClient client in _clients.Values) await client.DisposeAsync();
        await _pageHost.DisposeAsync();
        await _clientHost.DisposeAsync();
    }

    private (LabPlayer Player, LabHost Host)[] Players() => [(_page, _pageHost), (_connection, _clientHost)];

    private async Task<PlayedEnd> CloseAsync(LabPlayer player, LabHost host, bool byServer, CloseFrame frame)
    {
        WebSocketConnection server = await host.ServerSide(Open);
        CloseRecord? client;
        if (byServer)
        {
            await server.CloseAsync(frame.Code, frame.Reason);
            client = await _clients[player].Closed;
        }
        else
        {
            client = await _clients[player].CloseAsync(frame);
        }

        return new PlayedEnd(client, await host.Record(Open), await player.ReceivedAsync())
        {
            Events = player.Events, ClientTrace = await player.TraceAsync(), ServerTrace = await host.TraceAsync(Open),
        };
    }
}
