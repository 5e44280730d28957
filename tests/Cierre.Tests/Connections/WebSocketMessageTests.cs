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

    [Fact]
    public void Equal_is_the_same_memory_of_the_same_kind()
    {
        byte[] memory = [1];
        WebSocketMessage one = new(WebSocketMessageKind.Binary, memory), same = new(WebSocketMessageKind.Binary, memory);
        WebSocketMessage kind = new(WebSocketMessageKind.Text, memory), other = new(WebSocketMessageKind.Binary, new byte[] { 1 });
        Assert.True(one == same && one.Equals((object)same) && one.GetHashCode() == same.GetHashCode());
        Assert.True(one != kind && one != other && !one.Equals("x"));
    }

    internal sealed record Point(int X);

    [JsonSerializable(typeof(Point))]
    internal sealed partial class Json : JsonSerializerContext;
}
