using System.Text;
using Xunit;

namespace Cierre.Tests.Receiving;

public sealed class IWebSocketHandlerTests
{
    [Fact]
    public void Handler_that_knows_no_topics_has_their_messages_as_all_others()
    {
        var handler = new Noting();
        ((IWebSocketHandler)handler).OnTopicMessage(WebSocketConnection.CreatePair().Client, "room", WebSocketMessageKind.Text, "hello"u8);
        Assert.Equal(["Text hello"], handler.Calls);
    }

    private sealed class Noting : IWebSocketHandler
    {
        public List<string> Calls { get; } = [];

        public void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data) => Calls.Add($"{kind} {Encoding.UTF8.GetString(data)}");
    }
}
