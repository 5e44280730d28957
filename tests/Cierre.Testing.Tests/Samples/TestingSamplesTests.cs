using Cierre.TestKit;

namespace Cierre.Testing.Tests.Samples;

/// <summary>What docs/testing.md shows is compiled and runs.</summary>
public sealed class TestingSamplesTests
{
    [Fact]
    public void Every_block_of_C_sharp_in_the_page_is_a_region_that_is_compiled()
    {
        string[] regions = [.. Regions(File.ReadAllText(Path.Combine(RepoRoot.Directory, "tests/Cierre.Testing.Tests/Samples/TestingSamples.cs")))];
        string[] blocks = [.. File.ReadAllText(Path.Combine(RepoRoot.Directory, "docs/testing.md")).Split("```csharp\n").Skip(1).Select(rest => rest.Split("```")[0].Trim())];
        Assert.Equal(regions.Length, blocks.Length);
        Assert.All(blocks, block => Assert.Contains(block, regions));
    }

    [Fact]
    public void Samples_of_the_simulated_network_run()
    {
        TestingSamples.Network();
        TestingSamples.Raw();
        Assert.NotEqual(0, TestingSamples.Seeds());
    }

    [Fact]
    public Task Sample_of_an_app_runs() => TestingSamples.AppAsync();

    private static IEnumerable<string> Regions(string source) => source.Split("#region ").Skip(1).Select(rest =>
    {
        string[] lines = rest[(rest.IndexOf('\n') + 1)..rest.IndexOf("#endregion", StringComparison.Ordinal)].Split('\n');
        int indent = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : "")).Trim();
    });
}
