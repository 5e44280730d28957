using Cierre.Opening;
using Xunit;

namespace Cierre.Tests.Opening;

public sealed class WebSocketKeyTests
{
    [Fact]
    public void The_sample_key_of_RFC_6455_has_the_sample_answer() =>
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WebSocketKey.Accept("dGhlIHNhbXBsZSBub25jZQ=="));

    [Fact]
    public void A_created_key_is_valid() => Assert.True(WebSocketKey.IsValid(WebSocketKey.Create()));

    [Fact]
    public void No_key_is_created_twice() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => WebSocketKey.Create()).Distinct(StringComparer.Ordinal).Count());

    [Fact]
    public void The_sample_key_is_valid() => Assert.True(WebSocketKey.IsValid("dGhlIHNhbXBsZSBub25jZQ=="));

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(32)]
    public void A_key_of_any_number_of_bytes_but_16_is_refused(int length) =>
        Assert.False(WebSocketKey.IsValid(Convert.ToBase64String(new byte[length])));

    [Theory]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ")]
    [InlineData(" dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("dGhlIHNhbXBsZSBub25jZ===")]
    [InlineData("dGhlIHNhbXBsZSBub25j Q==")]
    [InlineData("dGhlIHNhbXBsZSBub25j_Q==")]
    [InlineData("dGhlIHNhbXBsZSBub25jéQ==")]
    public void A_key_that_is_not_base64_is_refused(string key) => Assert.False(WebSocketKey.IsValid(key));
}
