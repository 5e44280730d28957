using System.Text.Json;
using System.Text.Json.Serialization;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed partial class WebSocketMessageTests
{
    [Fact]
    public void Payload_is_read_as_text_bytes_or_JSON()
    {
        var message = new WebSocketMessage(WebSocketMessageKind.Text, """{"X":3}"""u8.ToArray());
        Assert.Equal("""{"X":3}""", message.GetText());
        Assert.Equal(7, message.ToArray().Length);
        Assert.Equal(new Point(3), message.GetJson(Json.Default.Point));
        Assert.Throws<JsonException>(() => new WebSocketMessage(WebSocketMessageKind.Text, "{"u8.ToArray()).GetJson(Json.Default.Point));
    }

    [Fact]
    public void Copy_is_not_the_connections_memory()
    {
        byte[] memory = [1];
        byte[] copy = new WebSocketMessage(WebSocketMessageKind.Binary, memory).ToArray();
        memory[0] = 2;
        Assert.Equal([1], copy);
    }

    [Fact]
    public void In_words_it_is_the_text_or_the_size()
    {
        Assert.Equal("héllo", new WebSocketMessage(WebSocketMessageKind.Text, "héllo"u8.ToArray()).ToString());
        Assert.Equal("5 bytes", new WebSocketMessage(WebSocketMessageKind.Binary, new byte[5]).ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Message_of_an_earlier_receive_says_that_it_was_taken_back(bool loop)
    {
        var played = new Played();
        var kept = new List<WebSocketMessage>();
        for (int i = 0; i < 3; i++) played.PeerText($"{i}");
        played.PeerClose(1000);
        played.Wire.End();
        if (loop)
        {
            await foreach (WebSocketMessage message in played.Connection.ReadAllAsync()) kept.Add(message);
        }
        else
        {
            while (await played.Connection.ReceiveAsync() is { } message) kept.Add(message);
        }

        Assert.Equal(3, kept.Count);
        foreach (WebSocketMessage message in kept) ShouldBeTakenBack(message);
        Assert.Equal(3, kept.Distinct().Count());
        Assert.All(kept, message => Assert.Equal(WebSocketMessageKind.Text, message.Kind));
    }

    [Fact]
    public async Task Message_that_was_waited_for_is_taken_back_by_the_next_receive_of_any_form()
    {
        Func<WebSocketConnection, Task>[] receives =
        [
            connection => connection.ReceiveAsync().AsTask(),
            connection => connection.ReadAllAsync().GetAsyncEnumerator().MoveNextAsync().AsTask(),
            connection => connection.ReceiveStreamAsync().AsTask(),
        ];
        foreach (Func<WebSocketConnection, Task> receive in receives)
        {
            var played = new Played();
            ValueTask<WebSocketMessage?> waiting = played.Connection.ReceiveAsync();
            played.PeerText("here");
            WebSocketMessage message = (await waiting)!.Value;
            Assert.Equal("here", message.ToString());
            Task next = receive(played.Connection);
            Assert.False(next.IsCompleted);
            ShouldBeTakenBack(message);
        }
    }

    [Fact]
    public async Task Last_message_stays_valid_beyond_the_end_until_a_receive_says_that_it_ended()
    {
        var played = new Played();
        played.PeerText("last");
        WebSocketMessage message = (await played.Connection.ReceiveAsync())!.Value;
        played.PeerClose(1000);
        played.Wire.End();
        await played.Ended;
        await played.Connection.DisposeAsync();
        Assert.Equal("last", message.GetText());
        Assert.Null(await played.Connection.ReceiveAsync());
        ShouldBeTakenBack(message);
    }

    [Fact]
    public async Task Receive_that_was_refused_takes_nothing_back()
    {
        var played = new Played();
        played.PeerText("still here");
        WebSocketMessage message = (await played.Connection.ReceiveAsync())!.Value;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await played.Connection.ReceiveAsync(new CancellationToken(true)));
        Assert.Equal("still here", message.GetText());
    }

    [Fact]
    public void Default_is_empty_and_of_no_kind()
    {
        WebSocketMessage none = default;
        Assert.Equal(("", 0, "0 bytes", default), (none.GetText(), none.ToArray().Length, none.ToString(), none.Kind));
        Assert.True(none.Equals(default(WebSocketMessage)) && none.Data.IsEmpty);
    }

    [Fact]
    public void Byte_order_mark_before_JSON_is_ignored()
    {
        byte[] marked = [0xEF, 0xBB, 0xBF, .. """{"X":3}"""u8];
        Assert.Equal(new Point(3), new WebSocketMessage(WebSocketMessageKind.Text, marked).GetJson(Json.Default.Point));
        byte[] twice = [0xEF, 0xBB, 0xBF, .. marked];
        Assert.Throws<JsonException>(() => new WebSocketMessage(WebSocketMessageKind.Text, twice).GetJson(Json.Default.Point));
    }

    private static void ShouldBeTakenBack(WebSocketMessage message)
    {
        Action[] uses =
        [
            () => _ = message.Data, () => _ = message.GetText(), () => _ = message.ToArray(), () => _ = message.ToString(),
            () => _ = message.GetJson(Json.Default.Point),
            () => new Played().Connection.SendAsync(message).AsTask().GetAwaiter().GetResult(),
            () => new[] { new Played().Connection }.BroadcastAsync(message).AsTask().GetAwaiter().GetResult(),
        ];
        foreach (Action use in uses)
        {
            string said = Assert.Throws<InvalidOperationException>(use).Message;
            Assert.Contains("ToArray", said, StringComparison.Ordinal);
            Assert.Contains("GetText", said, StringComparison.Ordinal);
        }
    }

    internal sealed record Point(int X);

    [JsonSerializable(typeof(Point))]
    internal sealed partial class Json : JsonSerializerContext;
}
