using Cierre.Closing;
using Cierre.Transports;
using Xunit;
using static Cierre.Tests.Connections.Played;

namespace Cierre.Tests.Connections;

/// <summary>A close behind data that nobody reads: <see cref="WebSocketConnection.DiscardAllAsync"/> gets to it, and a record says where nobody did.</summary>
public sealed class UnreadTests
{
    private static readonly byte[] Half = new byte[32 * 1024];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Discarding_reaches_the_close_behind_any_amount_of_data(bool client)
    {
        var played = new Played(client);
        Task<CloseRecord> discarding = played.Connection.DiscardAllAsync();
        for (int i = 0; i < 100; i++) played.Peer(Binary, Half);
        played.PeerClose(4001, "done");
        played.Wire.End(TransportEndKind.EndOfStream);
        CloseRecord record = await Within(discarding);
        Assert.Equal((4001, "done", true, 0L, 100L), (record.Code, record.Reason, record.WasClean, record.UnreadBytes, record.Traffic.MessagesReceived));
    }

    [Fact]
    public async Task Discarding_what_waits_already_lets_the_connection_read_on()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++) await server.SendAsync(Half);
            await server.CloseAsync(4001);
        });
        await Until(() => client.Driver.Figures.Counts.ReceiveQueue > 60_000);
        Assert.False(client.Closed.IsCompleted);
        Assert.Equal(4001, (await Within(client.DiscardAllAsync())).Code);
        await Within(sending);
    }

    [Fact]
    public async Task Cancelling_ends_the_reading_and_nothing_else()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        using var source = new CancellationTokenSource();
        Task<CloseRecord> discarding = client.DiscardAllAsync(source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Within(discarding));
        await server.SendAsync("still here");
        Assert.Equal("still here", (await Within(client.ReceiveAsync().AsTask()))!.Value.GetText());
    }

    [Fact]
    public async Task Second_receive_beside_it_is_a_mistake()
    {
        (WebSocketConnection client, _) = WebSocketConnection.CreatePair();
        _ = client.ReceiveAsync().AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Within(client.DiscardAllAsync()));
    }

    [Theory]
    [InlineData("abort")]
    [InlineData("close")]
    [InlineData("lost")]
    public async Task Record_says_how_much_kept_the_connection_from_reading_on(string how)
    {
        var played = new Played();
        for (int i = 0; i < 3; i++) played.Peer(Binary, Half);
        switch (how)
        {
            case "abort":
                played.Connection.Abort();
                break;
            case "close":
                _ = played.Connection.CloseAsync(1000);
                played.PeerClose(1000);
                break;
        }

        played.Wire.End(how == "lost" ? TransportEndKind.Reset : TransportEndKind.EndOfStream);
        CloseRecord record = await played.Ended;
        Assert.Equal(64 * 1024, record.UnreadBytes);
        Assert.Contains("Unread: 65536 bytes of messages waited for the application", record.Explain(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_that_are_merely_not_read_yet_are_no_news()
    {
        var played = new Played();
        played.PeerText("hello");
        played.PeerClose(1000);
        played.Wire.End(TransportEndKind.EndOfStream);
        CloseRecord record = await played.Ended;
        Assert.Equal(0, record.UnreadBytes);
        Assert.DoesNotContain("Unread", record.Explain(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Equal("hello", await played.ReceiveTextAsync());
    }
}
