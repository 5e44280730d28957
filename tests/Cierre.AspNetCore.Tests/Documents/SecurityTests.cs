using System.Text.RegularExpressions;
using Cierre.TestKit;
using Xunit;

namespace Cierre.AspNetCore.Tests.Documents;

/// <summary>SECURITY.md says of each attack where it is tried: those tests are there.</summary>
public sealed partial class SecurityTests
{
    [Fact]
    public void Tests_that_the_page_names_are_there()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Golden.Root, "tests"), "*.cs", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).ToHashSet();
        string[] named = [.. TestName().Matches(File.ReadAllText(Path.Combine(Golden.Root, "SECURITY.md"))).Select(match => match.Groups[1].Value).Distinct()];
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, sources));
    }

    [GeneratedRegex("`([A-Za-z]+Tests)`")]
    private static partial Regex TestName();
}
