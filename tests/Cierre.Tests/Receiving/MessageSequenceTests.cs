using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Receiving;

public sealed class MessageSequenceTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Loop_ends_with_the_connection_however_it_ends(bool closed)
    {
        var played = new Played();
        played.PeerText("1");
        played.PeerText("2");
        if (closed) played.PeerClose(1000);
        played.Wire.End();
        var got = new List<string>();
        await foreach (WebSocketMessage message in played.Connection.ReadAllAsync()) got.Add(message.GetText());
        Assert.Equal(["1", "2"], got);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Token_ends_the_loop_and_harms_nothing(bool withCancellation)
    {
        var played = new Played();
        using var source = new CancellationTokenSource();
        Task loop = Loop();
        played.PeerText("1");
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(loop));
        played.PeerText("2");
        Assert.Equal("2", await played.ReceiveTextAsync());

        async Task Loop()
        {
            (CancellationToken given, CancellationToken with) = withCancellation ? (default, source.Token) : (source.Token, default(CancellationToken));
            await foreach (WebSocketMessage message in played.Connection.ReadAllAsync(given).WithCancellation(with)) Assert.Equal("1", message.GetText());
        }
    }

    [Fact]
    public async Task Loop_that_is_left_can_be_followed_by_another_receive()
    {
        var played = new Played();
        for (int i = 0; i < 3; i++) played.PeerText($"{i}");
        await foreach (WebSocketMessage message in played.Connection.ReadAllAsync())
        {
            if (message.GetText() == "1") break;
        }

        Assert.Equal("2", await played.ReceiveTextAsync());
    }

    [Fact]
    public async Task Either_of_two_tokens_ends_the_loop()
    {
        foreach (bool first in (bool[])[true, false])
        {
            var played = new Played();
            using CancellationTokenSource one = new(), other = new();
            Task loop = LoopAsync(played.Connection.ReadAllAsync(one.Token), other.Token);
            await (first ? one : other).CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(loop));
            Assert.True(played.Connection.IsOpen);
        }
    }

    [Fact]
    public async Task Token_that_says_that_the_connection_ends_hands_out_what_has_come_beside_another_too()
    {
        var played = new Played();
        using var other = new CancellationTokenSource();
        played.PeerText("1");
        played.PeerText("2");
        played.PeerClose(1000);
        await Played.Until(() => played.Connection.Closing.IsCancellationRequested);
        Assert.Equal(2, await LoopAsync(played.Connection.ReadAllAsync(played.Connection.Closing), other.Token));
    }

    [Fact]
    public async Task Second_loop_over_the_same_messages_goes_on_where_the_first_was_left()
    {
        var played = new Played();
        IAsyncEnumerable<WebSocketMessage> messages = played.Connection.ReadAllAsync();
        for (int i = 0; i < 3; i++) played.PeerText($"{i}");
        played.PeerClose(1000);
        await foreach (WebSocketMessage message in messages)
        {
            Assert.Equal("0", message.GetText());
            break;
        }

        var rest = new List<string>();
        await foreach (WebSocketMessage message in messages) rest.Add(message.GetText());
        Assert.Equal(["1", "2"], rest);
    }

    private static async Task<int> LoopAsync(IAsyncEnumerable<WebSocketMessage> messages, CancellationToken token)
    {
        int count = 0;
        await foreach (WebSocketMessage message in messages.WithCancellation(token)) count++;
        return count;
    }
}
