using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;

namespace Cierre.Samples.SignalR;

/// <summary>A hub that does what hubs do: calls, streams both ways, groups.</summary>
public sealed class Chat(Rooms rooms) : Hub
{
    public string Echo(string text) => text;

    public byte[] EchoBytes(byte[] bytes) => bytes;

    public async IAsyncEnumerable<int> Count(int to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int i = 1; i <= to; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return i;
            await Task.Yield();
        }
    }

    public async Task<int> Sum(ChannelReader<int> numbers)
    {
        int sum = 0;
        await foreach (int number in numbers.ReadAllAsync()) sum += number;
        return sum;
    }

    public async Task Enter(string room)
    {
        await Groups.AddToGroupAsync(Context.ConnectionId, room);
        await Clients.Group(room).SendAsync("Entered", room);
    }

    public Task Say(string room, string text) => Clients.Group(room).SendAsync("Said", text);

    public string Secret() => "The filter lets nobody come here.";

    /// <summary>Does a piece of work once. When the caller is told that it is done, it is.</summary>
    public int Do(string caller, int number) => rooms.Do(caller, number);

    /// <summary>What carries this hub's caller.</summary>
    public string Carrier() => Context.GetHttpContext()!.GetCierre() is { } connection
        ? $"Cierre {connection.Id} {connection.Url?.AbsolutePath}"
        : "the framework's WebSocket";

    /// <summary>The hub ends its caller, which does not come back.</summary>
    public void Leave() => Context.Abort();

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        rooms.Left(exception);
        return base.OnDisconnectedAsync(exception);
    }
}
