using System.IO.Compression;
using System.Xml.Linq;

namespace Cierre.Tool.Tests.Packing;

/// <summary>One .nupkg and the .snupkg beside it, as what they are: archives.</summary>
public sealed class Package
{
    public Package(string file)
    {
        Files = Read(file);
        Nuspec = XDocument.Load(new MemoryStream(Files.Single(entry => entry.Key.EndsWith(".nuspec", StringComparison.Ordinal)).Value)).Root!.Elements().Single();
        string symbols = Path.ChangeExtension(file, ".snupkg");
        Symbols = File.Exists(symbols) ? Read(symbols) : new Dictionary<string, byte[]>();
    }

    public IReadOnlyDictionary<string, byte[]> Files { get; }

    /// <summary>What is in the package of symbols; empty where there is none.</summary>
    public IReadOnlyDictionary<string, byte[]> Symbols { get; }

    /// <summary>The metadata element.</summary>
    public XElement Nuspec { get; }

    public string Id => this["id"];

    public string Version => this["version"];

    public bool IsTool => Nuspec.Descendants().Any(element => element.Name.LocalName == "packageType" && (string?)element.Attribute("name") == "DotnetTool");

    /// <summary>A member of the metadata; empty where it is not there.</summary>
    public string this[string name] => Element(name)?.Value ?? "";

    public XElement? Element(string name) => Nuspec.Elements().SingleOrDefault(element => element.Name.LocalName == name);

    private static Dictionary<string, byte[]> Read(string file)
    {
        using ZipArchive archive = ZipFile.OpenRead(file);
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var bytes = new MemoryStream();
            using Stream content = entry.Open();
            content.CopyTo(bytes);
            return bytes.ToArray();
        });
    }
}
