using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>What the package's own page shows compiles as it stands, in a new project.</summary>
public sealed class PackageReadmeTests
{
    [Fact]
    public void Every_block_of_C_sharp_compiles()
    {
        string page = File.ReadAllText(Path.Combine(RepoRoot.Directory, "src/Cierre.Browser/README.md")).ReplaceLineEndings("\n");
        string[] blocks = [.. page.Split("```csharp\n").Skip(1).Select(rest => rest.Split("```")[0])];
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Empty(Sample.ErrorsOf(block, implicitUsings: true)));
    }
}
