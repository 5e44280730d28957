using System.Text.Json;
using Cierre.Connections;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Receiving;

public sealed class UnreadableJsonTests
{
    [Fact]
    public async Task Exception_is_known_by_the_connection_whose_message_it_came_from_and_by_no_other()
    {
        (WebSocketConnection one, WebSocketConnection other) = WebSocketConnection.CreatePair();
        await other.SendAsync("no JSON");
        WebSocketMessage message = (await one.ReceiveAsync())!.Value;
        JsonException wrong = Assert.Throws<JsonException>(() => message.GetJson(WebSocketMessageTests.Json.Default.Point));
        Assert.True(one.Driver.Receiver.SentUnreadable(wrong));
        Assert.False(other.Driver.Receiver.SentUnreadable(wrong));
        Assert.False(one.Driver.Receiver.SentUnreadable(new JsonException()));
        await one.CloseAsync();
    }

    [Fact]
    public void Message_that_nobody_sent_has_no_sender()
    {
        var message = new WebSocketMessage(WebSocketMessageKind.Text, "{"u8.ToArray());
        Assert.Throws<JsonException>(() => message.GetJson(WebSocketMessageTests.Json.Default.Point));
    }
}
