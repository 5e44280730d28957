using Cierre.Deflate;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Deflate;

public sealed class InflatingStreamTests
{
    [Fact]
    public void It_goes_on_where_it_ran_dry_and_says_where_it_ended()
    {
        using var stream = new InflatingStream();
        byte[] target = new byte[100];
        byte[] data = [.. DeflateKit.Stored("one "u8), .. DeflateKit.Stored("two"u8, final: true)];
        string got = "";
        for (int i = 0; i < data.Length; i++)
        {
            Assert.False(stream.Ended);
            stream.Feed(data.AsMemory(i, 1));
            for (int count; (count = stream.Read(target)) != 0;) got += System.Text.Encoding.ASCII.GetString(target, 0, count);
        }

        Assert.Equal(("one two", true), (got, stream.Ended));
    }

    [Fact]
    public void It_throws_for_what_is_not_DEFLATE()
    {
        using var stream = new InflatingStream();
        stream.Feed(new byte[] { 0xFF });
        Assert.Throws<InvalidDataException>(() => stream.Read(new byte[10]));
    }

    [Fact]
    public void It_tells_what_comes_out_of_what_was_to_be_read_behind_the_piece()
    {
        using var stream = new InflatingStream();
        byte[] target = new byte[100];
        stream.Feed(DeflateKit.Stored("one"u8), DeflateKit.Stored("two"u8));
        Assert.Equal((3, false), (stream.Read(target), stream.Behind));
        Assert.Equal((3, true), (stream.Read(target), stream.Behind));
        stream.Feed(DeflateKit.Stored("three"u8, final: true), DeflateKit.Stored("four"u8));
        Assert.Equal((5, false), (stream.Read(target), stream.Behind));
        // It ended before it came so far.
        Assert.Equal((0, false, true), (stream.Read(target), stream.Behind, stream.Ended));
    }
}
