using System.Text;
using Cierre.Resuming;
using Xunit;

namespace Cierre.Tests.Resuming;

public sealed class TopicCursorTests
{
    [Theory]
    [InlineData("9f2c.15520.77e0", "9f2c", 15520, 0x77e0)]
    [InlineData("z.0.0000", "z", 0, 0)]
    [InlineData("0123456789abcdef.9007199254740992.ffff", "0123456789abcdef", 9007199254740992, 0xffff)]
    public void Cursor_is_epoch_offset_and_tag(string text, string epoch, long offset, int tag)
    {
        Assert.True(TopicCursor.TryParse(Encoding.UTF8.GetBytes(text), out TopicCursor cursor));
        Assert.Equal(new TopicCursor(epoch, offset, (ushort)tag), cursor);
        Assert.Equal(text, cursor.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("9f2c")]
    [InlineData("9f2c.1")]
    [InlineData(".1.77e0")]
    [InlineData("9f2c..77e0")]
    [InlineData("9f2c.1.")]
    [InlineData("9f2c.1.77e")]
    [InlineData("9f2c.1.77e00")]
    [InlineData("9f2c.1.77E0")]
    [InlineData("9f2c.1. 7e0")]
    [InlineData("9F2c.1.77e0")]
    [InlineData("9f2c.-1.77e0")]
    [InlineData("9f2c.+1.77e0")]
    [InlineData("9f2c.1.1.77e0")]
    [InlineData("9f2c.9007199254740993.77e0")]
    [InlineData("9f2c.99999999999999999999.77e0")]
    [InlineData("0123456789abcdefg.1.77e0")]
    [InlineData("é.1.77e0")]
    public void What_is_none_is_refused(string text) => Assert.False(TopicCursor.TryParse(Encoding.UTF8.GetBytes(text), out _));
}
