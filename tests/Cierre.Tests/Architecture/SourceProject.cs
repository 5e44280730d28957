using System.Xml.Linq;
using Cierre.TestKit;

namespace Cierre.Tests.Architecture;

/// <summary>The sources of one project below src/, with what a compiler must know of it. Paths are relative to src/ and use slashes.</summary>
internal sealed record SourceProject(string Name, IReadOnlyList<SourceFile> Files)
{
    /// <summary>Projects this one refers to.</summary>
    public IReadOnlyList<string> Uses { get; init; } = [];

    /// <summary>Assemblies that see its internals.</summary>
    public IReadOnlyList<string> Friends { get; init; } = [];

    /// <summary>Global usings of the project file, besides the implicit ones.</summary>
    public IReadOnlyList<string> Usings { get; init; } = [];

    public static string Source { get; } = Path.Combine(RepoRoot.Directory, "src");

    /// <summary>Every project below src/, each after those it uses.</summary>
    public static IReadOnlyList<SourceProject> All()
    {
        var open = Directory.EnumerateFiles(Source, "*.csproj", SearchOption.AllDirectories).Select(Load).OrderBy(p => p.Name, StringComparer.Ordinal).ToList();
        var ordered = new List<SourceProject>();
        while (open.Count > 0)
        {
            var next = open.First(project => project.Uses.All(name => ordered.Any(done => done.Name == name)));
            ordered.Add(next);
            open.Remove(next);
        }

        return ordered;
    }

    /// <summary>Files below a folder, without what builds leave there.</summary>
    public static IEnumerable<string> FilesBelow(string folder, string pattern) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories)
                .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules"))
                .Order(StringComparer.Ordinal)
            : [];

    private static SourceProject Load(string file)
    {
        var items = XDocument.Load(file).Descendants().ToLookup(element => element.Name.LocalName, element => (string?)element.Attribute("Include") ?? "");
        var sources = FilesBelow(Path.GetDirectoryName(file)!, "*.cs")
            .Select(source => new SourceFile(Path.GetRelativePath(Source, source).Replace('\\', '/'), File.ReadAllText(source)));
        return new SourceProject(Path.GetFileNameWithoutExtension(file), [.. sources])
        {
            Uses = [.. items["ProjectReference"].Select(reference => Path.GetFileNameWithoutExtension(reference.Replace('\\', '/')))],
            Friends = [.. items["InternalsVisibleTo"]],
            Usings = [.. items["Using"].Where(name => name.Length > 0)],
        };
    }
}
