using Cierre.TestKit;
using System.IO.Compression;
using Xunit;

namespace Cierre.Tests.Deflate;

public sealed class DeflateOptionsTests
{
    [Fact]
    public void Defaults_keep_no_context_and_leave_small_messages_alone()
    {
        var options = new DeflateOptions();
        Assert.Equal((CompressionLevel.Fastest, 256), (options.Level, options.Threshold));
        Assert.Equal((false, false, 15, 15), (options.ServerContextTakeover, options.ClientContextTakeover, options.ServerMaxWindowBits, options.ClientMaxWindowBits));
        Assert.Null(new WebSocketConnectionOptions().Compression);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(-1)]
    public void Window_bits_are_8_to_15(int bits)
    {
        Assert.Equal("ServerMaxWindowBits", Assert.Throws<ArgumentOutOfRangeException>(() => new DeflateOptions { ServerMaxWindowBits = bits }).ParamName);
        Assert.Equal("ClientMaxWindowBits", Assert.Throws<ArgumentOutOfRangeException>(() => new DeflateOptions { ClientMaxWindowBits = bits }).ParamName);
    }

    [Fact]
    public void Level_is_one_of_the_framework_s_and_no_threshold_is_negative()
    {
        Assert.Equal("Level", Assert.Throws<ArgumentOutOfRangeException>(() => new DeflateOptions { Level = (CompressionLevel)9 }).ParamName);
        Assert.Equal("Threshold", Assert.Throws<ArgumentOutOfRangeException>(() => new DeflateOptions { Threshold = -1 }).ParamName);
        Assert.Equal(0, new DeflateOptions { Threshold = 0 }.Threshold);
    }

    [Fact]
    public void Copy_has_all_that_the_original_has_and_nothing_in_common_that_can_be_changed()
    {
        var options = OptionsCopy.Changed<DeflateOptions>();
        Assert.Empty(OptionsCopy.Faults(options, new DeflateOptions(options)));
        Assert.Throws<ArgumentNullException>("other", () => new DeflateOptions(null!));
    }
}
