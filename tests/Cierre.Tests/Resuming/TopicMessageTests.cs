using System.Buffers;
using System.Text;
using Cierre.Resuming;
using CsCheck;
using Xunit;

namespace Cierre.Tests.Resuming;

public sealed class TopicMessageTests
{
    [Fact]
    public void Text_says_topic_offset_and_tag_in_front_of_the_payload() =>
        Assert.Equal("#7.15521.a1b3 hello all", Encoding.UTF8.GetString(Written(new TopicMessage(7, 15521, 0xa1b3), WebSocketOpcode.Text, "hello all"u8)));

    [Fact]
    public void Binary_says_the_same_in_varints() =>
        Assert.Equal("2307A179A1B3FF", Convert.ToHexString(Written(new TopicMessage(7, 15521, 0xa1b3), WebSocketOpcode.Binary, [0xFF])));

    [Fact]
    public void What_is_written_is_read() => Gen.Select(Gen.Int[0, int.MaxValue], Gen.Long[0, ResumeControl.MaxNumber], Gen.UShort, Gen.Byte.Array[0, 40], Gen.Bool)
        .Sample((number, offset, tag, payload, isText) =>
        {
            WebSocketOpcode kind = isText ? WebSocketOpcode.Text : WebSocketOpcode.Binary;
            var head = new TopicMessage(number, offset, tag);
            Assert.True(TopicMessage.TryRead(kind, Written(head, kind, payload), out TopicMessage read, out ReadOnlySpan<byte> rest));
            Assert.Equal(head, read);
            Assert.True(rest.SequenceEqual(payload));
        });

    [Theory]
    [InlineData("#")]
    [InlineData("#7")]
    [InlineData("#7.1.a1b3")]
    [InlineData("#7.1.a1b x")]
    [InlineData("#7.-1.a1b3 x")]
    [InlineData("#.1.a1b3 x")]
    [InlineData("#2147483648.1.a1b3 x")]
    [InlineData("#7.1.A1B3 x")]
    public void Text_that_is_no_message_of_a_topic_is_refused(string text) =>
        Assert.False(TopicMessage.TryRead(WebSocketOpcode.Text, Encoding.UTF8.GetBytes(text), out _, out _));

    [Theory]
    [InlineData("23")]
    [InlineData("2307")]
    [InlineData("2307A1")]
    [InlineData("2307A179A1")]
    [InlineData("2307FFFFFFFFFFFFFFFFFFFF01A1B3")]
    public void Binary_that_is_no_message_of_a_topic_is_refused(string hex) =>
        Assert.False(TopicMessage.TryRead(WebSocketOpcode.Binary, Convert.FromHexString(hex), out _, out _));

    private static byte[] Written(TopicMessage head, WebSocketOpcode kind, ReadOnlySpan<byte> payload)
    {
        var output = new ArrayBufferWriter<byte>();
        head.WriteTo(output, kind);
        output.Write(payload);
        return output.WrittenSpan.ToArray();
    }
}
