using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Architecture;

public sealed class LineLengthTests
{
    private const int Most = 160;

    [Fact]
    public void Lines_below_src_end_at_160_columns() => Faults.None(
        SourceProject.FilesBelow(Path.Combine(RepoRoot.Directory, "src"), "*.cs").SelectMany(file => File.ReadLines(file)
            .Select((line, i) => (Text: line, Number: i + 1))
            .Where(line => line.Text.Length > Most)
            .Select(line => $"{Path.GetRelativePath(RepoRoot.Directory, file)}({line.Number}) has {line.Text.Length} columns")));
}
