using System.Net.WebSockets;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Receiving;

/// <summary>What every inbox does, whatever lies in it: one reader waits at a time, and its wait ends.</summary>
public sealed class ReaderInboxTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_receive_waits_at_a_time(bool pieces)
    {
        var played = new Played();
        Func<CancellationToken, Task<bool>> receive = Receiver(played, pieces);
        Task<bool> first = receive(CancellationToken.None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => receive(CancellationToken.None));
        played.PeerText("one");
        Assert.True(await Played.Within(first));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wait_that_is_cancelled_takes_nothing(bool pieces)
    {
        var played = new Played();
        Func<CancellationToken, Task<bool>> receive = Receiver(played, pieces);
        using var cancel = new CancellationTokenSource();
        Task<bool> waiting = receive(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(waiting));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task End_of_the_connection_ends_the_wait(bool pieces)
    {
        var played = new Played();
        Task<bool> waiting = Receiver(played, pieces)(CancellationToken.None);
        played.PeerClose(1000);
        Assert.False(await Played.Within(waiting));
    }

    private static Func<CancellationToken, Task<bool>> Receiver(Played played, bool pieces)
    {
        if (!pieces) return async token => await played.Connection.ReceiveAsync(token) is not null;
        WebSocket socket = played.Connection.AsWebSocket();
        return async token => (await socket.ReceiveAsync(new byte[10].AsMemory(), token)).MessageType != WebSocketMessageType.Close;
    }
}
