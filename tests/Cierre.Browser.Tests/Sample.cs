using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Cierre.Browser.Tests;

/// <summary>A program of an application's, compiled as a compiler would that has no settings of ours.</summary>
internal static class Sample
{
    private const string Implicit = """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using System.Threading.Tasks;
        """;

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>The errors, by id, each once.</summary>
    /// <param name="implicitUsings">Whether the namespaces that a new project has of itself are there.</param>
    public static string[] ErrorsOf(string source, bool implicitUsings = false)
    {
        var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable);
        string[] files = implicitUsings ? [Implicit, source] : [source];
        return [.. CSharpCompilation.Create("Sample", files.Select(file => CSharpSyntaxTree.ParseText(file)), References, options).GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.Id).Distinct()];
    }
}
