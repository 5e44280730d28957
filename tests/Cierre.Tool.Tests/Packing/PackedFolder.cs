using System.Xml.Linq;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Packing;

/// <summary>Everything below src/ that can be packed, packed once from what was built.</summary>
public sealed class PackedFolder : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("cierre-packed-").FullName;

    // What is no package is carried by one that is, and built as that one is.
    private static readonly string[] All =
        [.. Directory.EnumerateFiles(Path.Combine(RepoRoot.Directory, "src"), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>The projects that are to be packages, by name.</summary>
    public static IReadOnlyList<string> Projects { get; } = [.. All
        .Where(project => !XDocument.Load(project).Descendants("IsPackable").Any(element => element.Value == "false"))
        .Select(project => Path.GetFileNameWithoutExtension(project))
        .Order(StringComparer.Ordinal)];

    /// <summary>The packages, by id; only after initialization.</summary>
    public IReadOnlyDictionary<string, Package> Packages { get; private set; } = new Dictionary<string, Package>();

    /// <summary>Where the .nupkg and .snupkg files are.</summary>
    public string Folder => Path.Combine(_root, "feed");

    public async ValueTask InitializeAsync()
    {
        var solution = new XElement("Solution", All.Select(project => new XElement("Project", new XAttribute("Path", project))));
        solution.Save(Path.Combine(_root, "packed.slnx"));
        // What the test script has built is packed as it is. Where one project alone is tested, what it does not need is not built yet.
        bool built = Projects.All(name => File.Exists(Path.Combine(RepoRoot.Directory, "src", name, "bin", "Release", "net10.0", $"{name}.dll")));
        await Dotnet.RunAsync(_root, ["pack", "packed.slnx", "--configuration", "Release", "--output", Folder, "-p:UseSharedCompilation=false", .. built ? ["--no-build"] : Array.Empty<string>()]);
        Packages = Directory.EnumerateFiles(Folder, "*.nupkg").Select(file => new Package(file)).ToDictionary(package => package.Id);
    }

    /// <summary>A folder without anything in it but a nuget.config that knows our packages from here alone, and other sources only for what is not ours.</summary>
    public async Task<string> EmptyFolderAsync(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        string[] others = [.. (await Dotnet.RunAsync(folder, "nuget", "list", "source", "--format", "Short")).Split('\n').Where(line => line.StartsWith("E ", StringComparison.Ordinal)).Select(line => line[2..].Trim())];
        (string Key, string Value)[] sources = [("packed", Folder), .. others.Select((url, i) => ($"other{i}", url))];
        new XElement(
            "configuration",
            new XElement("packageSources", new XElement("clear"), sources.Select(source => Add(source.Key, source.Value))),
            new XElement("packageSourceMapping", sources.Select(source => new XElement(
                "packageSource", new XAttribute("key", source.Key), (source.Key == "packed" ? ["Cierre", "Cierre.*"] : new[] { "*" }).Select(pattern => new XElement("package", new XAttribute("pattern", pattern)))))))
            .Save(Path.Combine(folder, "nuget.config"));
        return folder;
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static XElement Add(string key, string value) => new("add", new XAttribute("key", key), new XAttribute("value", value));
}
