using System.IO.Compression;
using Cierre.Deflate;
using Xunit;

namespace Cierre.Tests.Deflate;

public sealed class DeflateParametersTests
{
    [Fact]
    public void Each_end_sends_as_its_own_side_and_receives_as_the_other()
    {
        var agreed = new DeflateParameters(new(10, Takeover: true), new(12, Takeover: false));
        var options = new DeflateOptions { Level = CompressionLevel.Optimal, Threshold = 7 };
        Assert.Equal(new DeflateTerms(new(10, true), new(12, false), CompressionLevel.Optimal, 7), agreed.For(server: true, options));
        Assert.Equal(new DeflateTerms(new(12, false), new(10, true), CompressionLevel.Optimal, 7), agreed.For(server: false, options));
    }
}
