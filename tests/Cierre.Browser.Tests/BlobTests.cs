using System.Text;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>File API 3.</summary>
public sealed class BlobTests
{
    [Fact]
    public async Task Bytes_are_copied()
    {
        byte[] bytes = "abc"u8.ToArray();
        var blob = new Blob(bytes, "text/plain");
        bytes[0] = (byte)'x';
        Assert.Equal((3, "text/plain", "abc"), (blob.Size, blob.Type, await blob.TextAsync()));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("Image/PNG", "image/png")]
    [InlineData("te\u00E9xt", "")]
    [InlineData("a\tb", "")]
    public void Type_is_lower_case_or_none(string given, string type) => Assert.Equal(type, new Blob(default, given).Type);

    [Fact]
    public async Task File_is_read_when_it_is_needed()
    {
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "first");
            Blob blob = Blob.FromFile(path, "text/plain");
            Assert.Equal((5, "text/plain"), (blob.Size, blob.Type));
            await File.WriteAllTextAsync(path, "other");
            Assert.Equal("other", await blob.TextAsync());
            await File.WriteAllTextAsync(path, "x");
            await Assert.ThrowsAsync<EndOfStreamException>(() => blob.ArrayBufferAsync());
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Throws<FileNotFoundException>(() => Blob.FromFile(path));
    }

    [Fact]
    public async Task Stream_is_opened_for_each_reading_and_disposed()
    {
        int opened = 0;
        MemoryStream? last = null;
        Blob blob = Blob.FromStream(() => last = new MemoryStream(Encoding.UTF8.GetBytes($"n{++opened} and more")), 2);
        Assert.Equal("n1", await blob.TextAsync());
        Assert.Equal("n2"u8.ToArray(), (await blob.ArrayBufferAsync()).ToArray());
        Assert.False(last!.CanRead);
        Assert.Throws<ArgumentOutOfRangeException>(() => Blob.FromStream(() => Stream.Null, -1));
        Assert.Throws<ArgumentNullException>(() => Blob.FromStream(null!, 0));
    }

    [Fact]
    public async Task Text_is_decoded_as_UTF_8_without_a_byte_order_mark() =>
        Assert.Equal("a\uFFFD", await new Blob(new byte[] { 0xEF, 0xBB, 0xBF, 0x61, 0xFF }).TextAsync());

    [Fact]
    public void OpenRead_gives_bytes_that_cannot_be_changed()
    {
        using Stream stream = new Blob("ab"u8.ToArray()).OpenRead();
        Assert.False(stream.CanWrite);
        Assert.Equal('a', stream.ReadByte());
    }
}
