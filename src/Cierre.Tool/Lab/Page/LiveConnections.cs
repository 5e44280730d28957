using Cierre.Tool.Lab.Stage;

namespace Cierre.Tool.Lab.Page;

/// <summary>Two connections that stay open until somebody says how to close them: one of the page's browser, and one of Cierre's client.</summary>
internal sealed class LiveConnections : IAsyncDisposable
{
    public const string Name = "live";

    private static readonly Situation Open = new(Name, "connections that are closed by hand") { Play = scene => throw new InvalidOperationException("It is played by hand.") };

    // A page that says nothing of its socket is not waited for any longer.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private readonly List<Seat> _seats = [];

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
        PlayedEnd[] ends = await Task.WhenAll(_seats.Select(seat => CloseAsync(seat, byServer, frame))).WaitAsync(Longest);
        return new Outcome(Open, ends[1], Browser: null, ends[0], Differences: []);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Seat seat in _seats)
        {
            try
            {
                if (seat.Client is { } client) await client.DisposeAsync();
            }
            finally
            {
                await seat.Host.DisposeAsync();
            }
        }
    }

    private async Task TakeAsync(LabPlayer player, Action<CloseRecord> onClosed)
    {
        var seat = new Seat(player, await LabHost.StartAsync([Open], onClosed: onClosed));
        _seats.Add(seat);
        seat.Client = await player.ConnectAsync(seat.Host.UrlOf(Open), configure: null).WaitAsync(Longest);
        await seat.Client.SendAsync("hello");
    }

    private static async Task<PlayedEnd> CloseAsync(Seat seat, bool byServer, CloseFrame frame)
    {
        (LabPlayer player, LabHost host, LabClient connected) = (seat.Player, seat.Host, seat.Client!);
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
    private sealed class Seat(LabPlayer player, LabHost host)
    {
        public LabPlayer Player => player;

        public LabHost Host => host;

        public LabClient? Client { get; set; }
    }
}
