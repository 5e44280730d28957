using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tool.Tests.Packing;

/// <summary>What users get: the packages themselves, whatever the sources say.</summary>
public sealed class PackageTests(PackedFolder packed) : IClassFixture<PackedFolder>
{
    public static TheoryData<string> All => [.. PackedFolder.Projects];

    public static TheoryData<string> Libraries => [.. PackedFolder.Projects.Where(name => name != "Cierre.Tool")];

    [Fact]
    public void Every_project_is_a_package() => Assert.Equal(PackedFolder.Projects, packed.Packages.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(All))]
    public void Package_says_what_it_is(string name)
    {
        Package package = packed.Packages[name];
        Assert.Matches(@"^0\.1\.0-ci\.\d+$", package.Version);
        Assert.Equal(("MIT", "expression"), (package["license"], (string?)package.Element("license")!.Attribute("type")));
        Assert.Equal("README.md", package["readme"]);
        Assert.True(package.Files["README.md"].AsSpan().StartsWith("# "u8));
        Assert.NotEqual("Package Description", package["description"]);
        Assert.All((string[])["authors", "description", "tags", "copyright"], member => Assert.NotEqual("", package[member]));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Commit_is_named_and_an_address_only_if_others_can_reach_it(string name)
    {
        XElement? repository = packed.Packages[name].Element("repository");
        if (!Path.Exists(Path.Combine(RepoRoot.Directory, ".git"))) return;
        Assert.Equal(await GitAsync("rev-parse", "HEAD"), (string?)repository?.Attribute("commit"));
        // A later commit has a later time, and so a higher version.
        Assert.Equal($"0.1.0-ci.{await GitAsync("log", "-1", "--format=%ct")}", packed.Packages[name].Version);
        Assert.True((string?)repository?.Attribute("url") is null or ['h', 't', 't', 'p', 's', ':', ..]);
    }

    private static async Task<string> GitAsync(params string[] arguments)
    {
        using Process git = Process.Start(new ProcessStartInfo("git", ["-C", RepoRoot.Directory, .. arguments]) { RedirectStandardOutput = true })!;
        return (await git.StandardOutput.ReadToEndAsync()).Trim();
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Library_has_its_documentation_and_its_symbols(string name)
    {
        Package package = packed.Packages[name];
        Assert.Contains($"lib/net10.0/{name}.dll", package.Files.Keys);
        XElement documentation = XDocument.Load(new MemoryStream(package.Files[$"lib/net10.0/{name}.xml"])).Root!;
        Assert.Equal(name, documentation.Element("assembly")?.Element("name")?.Value);
        Assert.NotEmpty(documentation.Descendants("summary"));
        Assert.NotEmpty(Pdb.Documents(package.Symbols[$"lib/net10.0/{name}.pdb"]));
    }

    [Fact]
    public void Spanish_is_in_the_package() => Assert.Contains("lib/net10.0/es/Cierre.resources.dll", packed.Packages["Cierre"].Files.Keys);

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Packages_of_ours_fit_exactly_one_version_of_each_other(string name)
    {
        Package package = packed.Packages[name];
        XElement[] ours = [.. package.Nuspec.Descendants().Where(element => element.Name.LocalName == "dependency" && PackedFolder.Projects.Contains((string)element.Attribute("id")!))];
        Assert.Equal(name == "Cierre", ours.Length == 0);
        Assert.All(ours, dependency => Assert.Equal($"[{package.Version}]", (string?)dependency.Attribute("version")));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_path_of_this_machine_is_in_it(string name)
    {
        Package package = packed.Packages[name];
        string[] paths = [RepoRoot.Directory, Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget")];
        KeyValuePair<string, byte[]>[] files = [.. package.Files.Concat(package.Symbols)];
        foreach (string path in paths)
        {
            Assert.DoesNotContain(files, file => file.Value.AsSpan().IndexOf(Encoding.UTF8.GetBytes(path)) >= 0 || file.Value.AsSpan().IndexOf(Encoding.Unicode.GetBytes(path)) >= 0);
        }

        (string Name, string? Text)[] documents = [.. files.Where(file => file.Key.EndsWith(".pdb", StringComparison.Ordinal) && Path.GetFileName(file.Key).StartsWith("Cierre", StringComparison.Ordinal)).SelectMany(file => Pdb.Documents(file.Value))];
        Assert.NotEmpty(documents);
        Assert.All(documents, document => Assert.StartsWith("/_", document.Name, StringComparison.Ordinal));
        Assert.DoesNotContain(documents, document => paths.Any(path => document.Text?.Contains(path, StringComparison.Ordinal) == true));
        // What git does not have, as generated code, a debugger can get from nowhere else.
        Assert.All(documents.Where(document => document.Name.Contains("/obj/", StringComparison.Ordinal)), document => Assert.NotNull(document.Text));
    }

    [Fact]
    public async Task Sample_restores_builds_and_runs_from_the_packages_alone()
    {
        string folder = await packed.EmptyFolderAsync("sample");
        Package[] libraries = [.. packed.Packages.Values.Where(package => !package.IsTool)];
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), Program);
        new XElement(
            "Project",
            new XAttribute("Sdk", "Microsoft.NET.Sdk.Web"),
            new XElement(
                "PropertyGroup",
                new XElement("TargetFramework", "net10.0"), new XElement("Nullable", "enable"), new XElement("ImplicitUsings", "enable"),
                new XElement("TreatWarningsAsErrors", "true"), new XElement("NuGetAudit", "false"), new XElement("UseAppHost", "false"), new XElement("UseSharedCompilation", "false")),
            new XElement("ItemGroup", libraries.Select(package => new XElement("PackageReference", new XAttribute("Include", package.Id), new XAttribute("Version", package.Version)))))
            .Save(Path.Combine(folder, "Sample.csproj"));

        string output = await Dotnet.RunIsolatedAsync(folder, ["run", "--", .. libraries.Select(package => package.Id)]);
        string[] expected = ["hello", "4001 packed True", "4001: para uso privado entre aplicaciones.", "4002", .. libraries.Select(package => $"{package.Id} {package.Version} is here")];
        Assert.Equal(expected, output.Trim().ReplaceLineEndings("\n").Split('\n'));
        // And from nowhere else.
        Assert.All(libraries, package => Assert.True(Directory.Exists(Path.Combine(folder, "packages", package.Id.ToLowerInvariant(), package.Version))));
    }

    [Fact]
    public async Task Tool_installs_into_an_empty_folder_and_works_from_there()
    {
        string folder = await packed.EmptyFolderAsync("tool"), tools = Path.Combine(folder, "tools");
        await Dotnet.RunIsolatedAsync(folder, "tool", "install", "Cierre.Tool", "--version", packed.Packages["Cierre.Tool"].Version, "--tool-path", tools);
        string cierre = Path.Combine(tools, OperatingSystem.IsWindows() ? "cierre.exe" : "cierre");

        await using ToolProcess codes = ToolProcess.StartInstalled(cierre, "codes", "--json", "--lang", "es");
        JsonArray rows = Assert.Single((await codes.EndAsync()).Lines).AsArray();
        Assert.Equal("Cierre normal", (string?)rows.Single(row => (int)row!["from"]! == 1000)!["name"]);

        await using ToolProcess serve = ToolProcess.StartInstalled(cierre, "serve", "--url", "http://127.0.0.1:0", "--json");
        var url = new Uri((string)JsonNode.Parse(await serve.ReadLineAsync())!["url"]!);
        await using ToolProcess connect = ToolProcess.StartInstalled(cierre, "connect", $"{url}", "--send", "hello", "--close", "4001:installed", "--json");
        ToolResult result = await connect.EndAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Equal(["open", "message", "close"], result.Types);
        Assert.Equal((4001, "installed", true), ((int)result.Close["code"]!, (string)result.Close["sent"]!["reason"]!, (bool)result.Close["wasClean"]!));
        Assert.Equal(4001, (int)JsonNode.Parse(await serve.ReadLineAsync())!["code"]!);
        serve.Terminate();
        Assert.Equal(0, (await serve.EndAsync()).ExitCode);
    }

    private const string Program = """
        using System.Globalization;
        using System.Reflection;
        using Cierre;
        using Cierre.AspNetCore;
        using Cierre.Browser;

        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddCierre();
        await using var app = builder.Build();
        app.MapWebSocket("/echo", async connection =>
        {
            await foreach (var message in connection.ReadAllAsync()) await connection.SendAsync(message);
        });
        await app.StartAsync();

        await using var connection = await WebSocketConnection.ConnectAsync(new Uri(app.Urls.First() + "/echo"));
        await connection.SendAsync("hello");
        Console.WriteLine((await connection.ReceiveAsync())?.GetText());
        var record = await connection.CloseAsync(4001, "packed");
        Console.WriteLine($"{record.Code} {record.Sent?.Reason} {record.WasClean}");
        Console.WriteLine(record.Explain(CultureInfo.GetCultureInfo("es")).Split('\n')[0]);
        var socket = new WebSocket(app.Urls.First().Replace("http:", "ws:") + "/echo", new BrowserWebSocketOptions { MaxBufferedAmount = 1024 });
        socket.OnOpen = _ => socket.Close(4002, "as in a browser");
        Console.WriteLine((await socket.Closed).Code);
        // The types of each package load, and so all that they are made of is here.
        foreach (var name in args)
        {
            var assembly = Assembly.Load(name);
            if (assembly.GetExportedTypes() is not []) Console.WriteLine($"{name} {assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]} is here");
        }
        """;
}
