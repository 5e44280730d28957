using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cierre.Tests.Architecture;

/// <summary>
/// Compiles the sources in memory, asks for each name in them where it is declared, and compares the two folders with the table.
/// What does not bind, because it is generated or belongs to a package that is not here, is nobody's violation.
/// </summary>
internal static class FolderRule
{
    private const string ImplicitUsings =
        "System,System.Collections.Generic,System.IO,System.Linq,System.Net.Http,System.Threading,System.Threading.Tasks";

    private static readonly CSharpParseOptions ParseOptions = new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.None)
        .WithPreprocessorSymbols("NET", "NET8_0_OR_GREATER", "NET9_0_OR_GREATER", "NET10_0", "NET10_0_OR_GREATER", "RELEASE");

    private static readonly Lazy<MetadataReference[]> ThePlatform = new(Platform);

    /// <summary>The violations, one sentence each. A project comes after those it uses.</summary>
    public static IReadOnlyList<string> Check(FolderTable table, IEnumerable<SourceProject> projects) =>
        [.. Compile(projects).SelectMany(Models).SelectMany(model => Check(table, model))];

    /// <summary>The compiled projects, each with those before it as its references.</summary>
    public static IReadOnlyList<CSharpCompilation> Compile(IEnumerable<SourceProject> projects)
    {
        var compiled = new List<CSharpCompilation>();
        foreach (var project in projects)
            compiled.Add(Compile(project, [.. ThePlatform.Value, .. compiled.Select(other => other.ToMetadataReference())]));
        return compiled;
    }

    /// <summary>One for each file of a project.</summary>
    public static IEnumerable<SemanticModel> Models(CSharpCompilation compilation) =>
        compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0).Select(tree => compilation.GetSemanticModel(tree));

    private static IEnumerable<string> Check(FolderTable table, SemanticModel model)
    {
        var path = model.SyntaxTree.FilePath;
        var user = SourceFile.FolderOf(path);
        var seen = new HashSet<(int, string)>();
        foreach (var node in model.SyntaxTree.GetRoot().DescendantNodes())
        {
            if (node is not (SimpleNameSyntax { IsVar: false } or ImplicitObjectCreationExpressionSyntax) || Used(model, node) is not { } symbol)
                continue;
            var folders = FoldersOf(symbol);
            var line = node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
            var name = symbol.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat);
            if (folders.Length > 0 && !folders.Any(used => table.Allows(user, used)) && seen.Add((line, name)))
                yield return $"src/{path}({line}): {user} may not use {folders[0]}, but uses {name}";
        }
    }

    public static ISymbol? Used(SemanticModel model, SyntaxNode node)
    {
        var info = model.GetSymbolInfo(node);
        var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        if (symbol is IAliasSymbol alias)
            symbol = alias.Target;
        if (symbol is IMethodSymbol method)
            symbol = method.MethodKind == MethodKind.LocalFunction ? null : method.MethodKind == MethodKind.Constructor ? method.ContainingType : method.ReducedFrom ?? method;
        return symbol?.Kind is SymbolKind.NamedType or SymbolKind.Method or SymbolKind.Property or SymbolKind.Field or SymbolKind.Event ? symbol.OriginalDefinition : null;
    }

    private static string[] FoldersOf(ISymbol symbol)
    {
        var type = symbol as INamedTypeSymbol ?? symbol.ContainingType;
        if (type is null or { IsTupleType: true } or { IsAnonymousType: true })
            return [];
        var places = symbol.DeclaringSyntaxReferences;
        if (places.IsEmpty)
            places = type.DeclaringSyntaxReferences;
        return [.. places.Where(place => place.SyntaxTree.FilePath.Length > 0).Select(place => SourceFile.FolderOf(place.SyntaxTree.FilePath)).Distinct()];
    }

    private static CSharpCompilation Compile(SourceProject project, IEnumerable<MetadataReference> references)
    {
        var usings = ImplicitUsings.Split(',').Concat(project.Usings).Select(name => $"global using {name};");
        var friends = project.Friends.Select(name => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{name}\")]");
        var preamble = CSharpSyntaxTree.ParseText(string.Join('\n', usings.Concat(friends)), ParseOptions);
        return CSharpCompilation.Create(
            project.Name,
            [preamble, .. project.Files.Select(file => CSharpSyntaxTree.ParseText(file.Text, ParseOptions, file.Path))],
            references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>The running framework, ASP.NET Core beside it, and the packages the built projects brought along: as far as they are here.</summary>
    private static MetadataReference[] Platform()
    {
        var trusted = ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var framework = new DirectoryInfo(Path.GetDirectoryName(typeof(object).Assembly.Location)!);
        var web = Path.Combine(framework.Parent!.Parent!.FullName, "Microsoft.AspNetCore.App", framework.Name);
        var packages = Directory.EnumerateDirectories(SourceProject.Source).Select(project => Path.Combine(project, "bin", "Release", "net10.0"));
        var beside = packages.Prepend(web).Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*.dll"));
        return [.. trusted.Concat(beside)
            .Where(file => !Path.GetFileName(file).StartsWith("Cierre", StringComparison.Ordinal) && IsManaged(file))
            .DistinctBy(Path.GetFileName)
            .Select(file => MetadataReference.CreateFromFile(file))];
    }

    private static bool IsManaged(string file)
    {
        try
        {
            return System.Reflection.AssemblyName.GetAssemblyName(file) is not null;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }
}
