using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Page;

/// <summary>Two connections that stay open until somebody says how to close them: one of the page's browser, and one of Cierre's client.</summary>
internal sealed class LiveConnections : IAsyncDisposable
{
    public const string Name = "live";

    private static readonly Situation Open =
        new(Name, "connections that are closed by hand") { Play = run => throw new InvalidOperationException("It is played by hand.") };

    // A page that says nothing of its socket is not waited for any longer.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private readonly List<LiveConnection> _connections = [];

    private LiveConnections()
    {
    }

    /// <summary>Opens both, and has each say hello, which the server echoes. Where one does not open, nothing of the other stays.</summary>
    public static async Task<LiveConnections> OpenAsync(PageLink link, Action<CloseRecord> onClosed)
    {
        var live = new LiveConnections();
        try
        {
            await live.TakeAsync(new PagePlayer(link, PageRole.AsAnyClient), onClosed);
            await live.TakeAsync(new ConnectionPlayer(LabTrace.Options), onClosed);
            return live;
        }
        catch
        {
            await live.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes both in the same way, and says how both sides of each ended.</summary>
    /// <param name="byServer">Else the clients close.</param>
    public async Task<Outcome> CloseAsync(bool byServer, CloseFrame frame)
    {
        PlayedEnd[] ends = await Task.WhenAll(_connections.Select(connection => CloseAsync(connection, byServer, frame))).WaitAsync(Longest);
        return new Outcome(Open, ends[1], Browser: null, ends[0], Differences: []);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LiveConnection connection in _connections)
        {
            try
            {
                if (connection.Client is { } client) await client.DisposeAsync();
            }
            finally
            {
                await connection.Host.DisposeAsync();
            }
        }
    }

    private async Task TakeAsync(LabPlayer player, Action<CloseRecord> onClosed)
    {
        var connection = new LiveConnection(player, await LabHost.StartAsync([Open], onClosed: onClosed));
        _connections.Add(connection);
        connection.Client = await player.ConnectAsync(connection.Host.UrlOf(Open), configure: null).WaitAsync(Longest);
        await connection.Client.SendAsync("hello");
    }

    private static async Task<PlayedEnd> CloseAsync(LiveConnection connection, bool byServer, CloseFrame frame)
    {
        (LabPlayer player, LabHost host, LabClient connected) = (connection.Player, connection.Host, connection.Client!);
        WebSocketConnection server = await host.ServerSide(Open);
        CloseRecord? client;
        if (byServer)
        {
            await server.CloseAsync(frame.Code, frame.Reason);
            client = await connected.Closed;
        }
        else
        {
            client = await connected.CloseAsync(frame);
        }

        return new PlayedEnd(client, await host.Record(Open), await player.ReceivedAsync())
        {
            Events = player.Events, ClientTrace = await player.TraceAsync(), ServerTrace = await host.TraceAsync(Open),
        };
    }

    /// <summary>One of the two: who plays, against which server, and the client once it is connected.</summary>
    private sealed class LiveConnection(LabPlayer player, LabHost host)
    {
        public LabPlayer Player => player;

        public LabHost Host => host;

        public LabClient? Client { get; set; }
    }
}
