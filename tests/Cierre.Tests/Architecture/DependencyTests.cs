using System.Text.RegularExpressions;
using System.Xml.Linq;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Architecture;

public sealed partial class DependencyTests
{
    [Fact]
    public void Every_package_has_its_sentence()
    {
        var packages = XDocument.Load(Path.Combine(RepoRoot.Directory, "Directory.Packages.props")).Descendants("PackageVersion").Select(item => (string)item.Attribute("Include")!);
        var section = File.ReadAllText(Path.Combine(RepoRoot.Directory, "docs", "architecture.md")).Split("## Dependencies")[1];
        Assert.Equal(packages.Order(StringComparer.Ordinal), Entry().Matches(section).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^- \*\*(.+?)\*\*", RegexOptions.Multiline)]
    private static partial Regex Entry();
}
