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
        MessageSequence messages = withCancellation ? played.Connection.ReadAllAsync().WithCancellation(source.Token) : played.Connection.ReadAllAsync(source.Token);
        Task loop = Loop();
        played.PeerText("1");
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(loop));
        played.PeerText("2");
        Assert.Equal("2", await played.ReceiveTextAsync());

        async Task Loop()
        {
            await foreach (WebSocketMessage message in messages) Assert.Equal("1", message.GetText());
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
    public async Task Default_belongs_to_no_connection_and_says_so()
    {
        MessageSequence none = default;
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (WebSocketMessage message in none.WithCancellation(CancellationToken.None)) Assert.Fail(message.ToString());
        });
        MessageSequence.Enumerator one = default;
        Assert.Throws<InvalidOperationException>(() => one.Current);
        await one.DisposeAsync();
    }
}
