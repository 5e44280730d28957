using Cierre.Closing;

namespace Cierre.Tests.Closing;

/// <summary>RFC 6455 8.1.</summary>
public class InvalidUtf8Tests
{
    [Theory]
    [InlineData(0, new byte[] { 0x80 })]
    [InlineData(1, new byte[] { 0x61, 0xFF })]
    [InlineData(1, new byte[] { 0x61, 0xED, 0xA0, 0x80 })]
    [InlineData(3, new byte[] { 0xE2, 0x82, 0xAC, 0xC3 })]
    [InlineData(3, new byte[] { 0xE2, 0x82, 0xAC })]
    [InlineData(0, new byte[] { })]
    public void Offset_is_where_the_bad_sequence_begins_and_the_length_where_there_is_none(int offset, byte[] bytes) =>
        Assert.Equal(offset, InvalidUtf8.Offset(bytes));
}
