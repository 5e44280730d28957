using Xunit;

namespace Cierre.Browser.Tests;

public sealed class WebSocketChunkTests
{
    [Fact]
    public void String_is_text_and_bytes_are_binary()
    {
        WebSocketChunk text = "hello", array = new byte[] { 1, 2 }, memory = new ReadOnlyMemory<byte>([3]);
        Assert.Equal(("hello", 0, "hello"), (text.Text, text.Bytes.Length, text.ToString()));
        Assert.Equal((null, 2, "2 bytes"), (array.Text, array.Bytes.Length, array.ToString()));
        Assert.Equal((null, 1), (memory.Text, memory.Bytes.Length));
        Assert.Throws<ArgumentNullException>(() => (WebSocketChunk)(string)null!);
        Assert.Throws<ArgumentNullException>(() => (WebSocketChunk)(byte[])null!);
    }

    [Fact]
    public void Default_is_an_empty_binary_message()
    {
        Assert.Equal((null, 0), (default(WebSocketChunk).Text, default(WebSocketChunk).Bytes.Length));
        Assert.Equal("", ((WebSocketChunk)"").Text);
    }

    [Fact]
    public void Message_that_is_lent_is_kept()
    {
        byte[] lent = "text"u8.ToArray();
        WebSocketChunk text = WebSocketChunk.Of(new WebSocketMessage(WebSocketMessageKind.Text, lent));
        WebSocketChunk binary = WebSocketChunk.Of(new WebSocketMessage(WebSocketMessageKind.Binary, lent));
        lent[0] = 0;
        Assert.Equal("text", text.Text);
        Assert.Equal("text"u8.ToArray(), binary.Bytes.ToArray());
    }
}
