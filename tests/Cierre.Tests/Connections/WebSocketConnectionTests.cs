using System.Net;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class WebSocketConnectionTests
{
    [Fact]
    public void Connection_says_what_its_opening_agreed_on()
    {
        var negotiated = new WebSocketNegotiation
        {
            Subprotocol = "chat", Extensions = "x", Url = new Uri("ws://example.test/"), HttpVersion = HttpVersion.Version20,
        };
        var connection = new WebSocketConnection(WebSocketRole.Client, new WebSocketConnectionOptions(), new FakeTransport(), negotiated);
        Assert.Equal(("chat", "x", negotiated.Url, HttpVersion.Version20), (connection.Subprotocol, connection.Extensions, connection.Url, connection.HttpVersion));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Connection_is_open_until_either_side_begins_a_close(bool byPeer)
    {
        var played = new Played();
        Assert.True(played.Connection.IsOpen);
        if (byPeer) played.PeerClose(1000);
        else _ = played.Connection.CloseAsync();
        Assert.False(played.Connection.IsOpen);
        Assert.False(played.Connection.Closed.IsCompleted);
    }

    [Fact]
    public async Task Closed_completes_once_with_the_transport_whatever_follows()
    {
        var played = new Played();
        played.PeerClose(4001, "first");
        played.PeerClose(4002, "ignored");
        Assert.False(played.Connection.Closed.IsCompleted);
        played.Wire.End();
        CloseRecord record = await played.Ended;
        played.Connection.Abort();
        await played.Connection.DisposeAsync();
        await played.Connection.CloseAsync(4003);
        played.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Same(record, await played.Ended);
        Assert.Equal((4001, "first"), (record.Code, record.Reason));
    }
}
