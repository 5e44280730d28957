using Cierre.Deflate;
using Xunit;

namespace Cierre.Tests.Deflate;

/// <summary>RFC 1951 3.2.2.</summary>
public sealed class HuffmanCodeTests
{
    [Fact]
    public void Codes_are_those_of_the_example_of_the_standard()
    {
        // A to H: lengths 3, 3, 3, 3, 3, 2, 4, 4; F is 00, A 010, H 1111.
        var code = new HuffmanCode();
        Assert.True(code.TrySet([3, 3, 3, 3, 3, 2, 4, 4], mayBeOne: false));
        string[] words = ["010", "011", "100", "101", "110", "00", "1110", "1111"];
        for (int symbol = 0; symbol < words.Length; symbol++)
        {
            Assert.Equal((symbol, words[symbol].Length), Read(code, words[symbol]));
            Assert.Equal(HuffmanCode.NeedsMore, Read(code, words[symbol][..^1]).Symbol);
        }
    }

    [Theory]
    [InlineData(9)]
    [InlineData(15)]
    public void Code_of_any_length_is_found(int longest)
    {
        // 0, 10, 110 and so on.
        byte[] lengths = [.. Enumerable.Range(1, longest).Select(i => (byte)i), (byte)longest];
        var code = new HuffmanCode();
        Assert.True(code.TrySet(lengths, mayBeOne: false));
        for (int symbol = 0; symbol < longest; symbol++)
        {
            string word = new string('1', symbol) + "0";
            Assert.Equal((symbol, word.Length), Read(code, word));
            for (int known = 0; known < word.Length; known++) Assert.Equal(HuffmanCode.NeedsMore, Read(code, word[..known]).Symbol);
        }

        Assert.Equal((longest, longest), Read(code, new string('1', longest)));
    }

    [Theory]
    [InlineData(new byte[] { 1, 1, 1 }, true, false)]
    [InlineData(new byte[] { 2, 2, 2 }, true, false)]
    [InlineData(new byte[] { 1 }, true, true)]
    [InlineData(new byte[] { 1 }, false, false)]
    [InlineData(new byte[] { 0, 0 }, true, true)]
    [InlineData(new byte[] { 0, 0 }, false, false)]
    [InlineData(new byte[] { 2 }, true, false)]
    [InlineData(new byte[] { 1, 2, 2 }, false, true)]
    public void Set_of_lengths_is_a_code_or_it_is_refused(byte[] lengths, bool mayBeOne, bool isCode) => Assert.Equal(isCode, new HuffmanCode().TrySet(lengths, mayBeOne));

    [Fact]
    public void Bits_that_no_code_has_are_none()
    {
        var code = new HuffmanCode();
        Assert.True(code.TrySet([1], mayBeOne: true));
        Assert.Equal((0, 1), Read(code, "0"));
        Assert.Equal(HuffmanCode.None, Read(code, "1").Symbol);
        Assert.True(code.TrySet([0], mayBeOne: true));
        Assert.Equal(HuffmanCode.None, Read(code, "0").Symbol);
    }

    private static (int Symbol, int Used) Read(HuffmanCode code, string word)
    {
        ulong bits = 0;
        for (int i = 0; i < word.Length; i++) bits |= (ulong)(word[i] - '0') << i;
        return (code.Read(bits, word.Length, out int used), used);
    }
}
