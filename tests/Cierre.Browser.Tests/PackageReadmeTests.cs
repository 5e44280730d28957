using Cierre.TestKit;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>What the package's own page shows compiles as it stands, in a new project.</summary>
public sealed class PackageReadmeTests
{
    private const string ImplicitUsings = "global using System; global using System.Collections.Generic; global using System.Linq; global using System.Threading.Tasks;";

    [Fact]
    public void Every_block_of_C_sharp_compiles()
    {
        string[] blocks = [.. File.ReadAllText(Path.Combine(RepoRoot.Directory, "src/Cierre.Browser/README.md")).ReplaceLineEndings("\n").Split("```csharp\n").Skip(1).Select(rest => rest.Split("```")[0])];
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Empty(Compile(block)));
    }

    private static IEnumerable<Diagnostic> Compile(string source)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable);
        return CSharpCompilation.Create("Sample", [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(source)], references, options)
            .GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);
    }
}
