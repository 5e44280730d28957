using System.Text.RegularExpressions;
using Cierre.TestKit;
using Cierre.Tests.Architecture;
using Xunit;

namespace Cierre.Tests.Documents;

/// <summary>The README says which package is for what, and leaves none out.</summary>
public sealed partial class PackagesTests
{
    [Theory]
    [InlineData("README.md", "| package | for |")]
    [InlineData("README.es.md", "| paquete | para qué |")]
    public void Table_has_every_package_below_src(string page, string head)
    {
        string table = File.ReadAllText(Path.Combine(RepoRoot.Directory, page)).ReplaceLineEndings("\n").Split(head)[1].Split("\n\n")[0];
        Assert.Equal(
            SourceProject.All().Select(project => project.Name).Where(IsPackage).Order(StringComparer.Ordinal),
            Row().Matches(table).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    private static bool IsPackage(string project) =>
        !File.ReadAllText(Path.Combine(RepoRoot.Directory, "src", project, $"{project}.csproj")).Contains("<IsPackable>false</IsPackable>", StringComparison.Ordinal);

    [GeneratedRegex("^\\| `([\\w.]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
