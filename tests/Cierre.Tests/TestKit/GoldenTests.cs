using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.TestKit;

public sealed class GoldenTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("golden-").FullName;

    private string File => Path.Combine(_folder, "sub", "text.txt");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Same_text_passes_whatever_its_line_endings()
    {
        Golden.Check(File, "one\r\ntwo\n", update: true);
        Golden.Check(File, "one\ntwo\r\n", update: false);
        Assert.Equal("one\ntwo\n", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void Other_text_fails_and_names_the_first_line_that_differs()
    {
        Golden.Check(File, "one\ntwo\nthree", update: true);
        var e = Assert.Throws<GoldenMismatchException>(() => Golden.Check(File, "one\n2\nthree", update: false));
        Assert.Contains("text.txt(2) differs", e.Message);
        Assert.Contains("expected: two", e.Message);
        Assert.Contains("actual:   2", e.Message);
    }

    [Fact]
    public void Shorter_text_fails()
    {
        Golden.Check(File, "one\ntwo", update: true);
        var e = Assert.Throws<GoldenMismatchException>(() => Golden.Check(File, "one", update: false));
        Assert.Contains("actual:   (no line)", e.Message);
    }

    [Fact]
    public void Missing_file_fails()
    {
        var e = Assert.Throws<GoldenMismatchException>(() => Golden.Check(File, "one", update: false));
        Assert.Contains("does not exist", e.Message);
    }

    [Fact]
    public void Files_lie_in_the_golden_folder_of_the_test_project()
    {
        var e = Assert.Throws<GoldenMismatchException>(() => Golden.Check("no-such-file.txt", "one"));
        Assert.Contains(Path.Combine(RepoRoot.Directory, "tests", "Cierre.Tests", "golden", "no-such-file.txt"), e.Message);
    }
}
