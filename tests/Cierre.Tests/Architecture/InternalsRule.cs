using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cierre.Tests.Architecture;

/// <summary>
/// Which internals of one project another one reaches, and whether a table says the same. An entry is an internal type, or an internal member of a public
/// type; a type that is nested counts as the one around it.
/// </summary>
internal static class InternalsRule
{
    /// <summary>The entries, each with the first place that reaches it.</summary>
    public static IReadOnlyDictionary<string, string> Reached(IEnumerable<SourceProject> projects, string user, string used)
    {
        var reached = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var model in FolderRule.Compile(projects).Where(compilation => compilation.AssemblyName == user).SelectMany(FolderRule.Models))
        {
            foreach (var node in model.SyntaxTree.GetRoot().DescendantNodes())
            {
                if (SymbolOf(model, node) is { } symbol && symbol.ContainingAssembly?.Name == used && EntryOf(symbol) is { } entry)
                    reached.TryAdd(entry, $"src/{model.SyntaxTree.FilePath}({node.GetLocation().GetLineSpan().StartLinePosition.Line + 1})");
            }
        }

        return reached;
    }

    /// <summary>The rows of a table below a headline: names, each in backticks, with their reasons.</summary>
    public static IReadOnlyDictionary<string, string> Table(string markdown, string title)
    {
        var rows = markdown.ReplaceLineEndings("\n").Split('\n')
            .SkipWhile(line => line.TrimStart('#', ' ') != title).Skip(1).TakeWhile(line => !line.StartsWith('#'))
            .Where(line => line.StartsWith('|')).Skip(2)
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));
        var table = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (row.Length != 2 || row[1].Length == 0 || !table.TryAdd(row[0].Trim('`'), row[1]))
                throw new FormatException($"not a row of its own with a reason: | {string.Join(" | ", row)} |");
        }

        return table.Count > 0 ? table : throw new FormatException($"there is no table below \"{title}\"");
    }

    /// <summary>What the table leaves out, what it has too many, and whether there are more than were agreed on.</summary>
    public static IEnumerable<string> Differences(IReadOnlyDictionary<string, string> table, IReadOnlyDictionary<string, string> reached, int most)
    {
        foreach (var (entry, place) in reached.Where(entry => !table.ContainsKey(entry.Key)))
            yield return $"{place} reaches {entry}, which has no row";
        foreach (var entry in table.Keys.Where(entry => !reached.ContainsKey(entry)))
            yield return $"{entry} has a row, and nobody reaches it";
        if (reached.Count > most)
            yield return $"{reached.Count} internals are reached, and {most} are the most: {string.Join(", ", reached.Keys)}";
    }

    /// <summary>What a node names: a constructor and the setter of a property are symbols of their own, which may be internal where the rest is public.</summary>
    private static ISymbol? SymbolOf(SemanticModel model, SyntaxNode node)
    {
        if (node is BaseObjectCreationExpressionSyntax)
            return model.GetSymbolInfo(node).Symbol?.OriginalDefinition;
        if (node is not SimpleNameSyntax { IsVar: false } || FolderRule.Used(model, node) is not { } symbol)
            return null;
        var whole = node.Parent is MemberAccessExpressionSyntax access && access.Name == node ? access : node;
        return symbol is IPropertySymbol { SetMethod: { } setter } && whole.Parent is AssignmentExpressionSyntax set && set.Left == whole
            // { Items = { 1 } } adds to what the getter gives, and sets nothing.
            && set.Right is not InitializerExpressionSyntax
            ? setter
            : symbol;
    }

    /// <summary>Null: it is public.</summary>
    private static string? EntryOf(ISymbol symbol)
    {
        if (symbol is INamespaceSymbol)
            return null;
        var type = symbol as INamedTypeSymbol ?? symbol.ContainingType;
        if (type is null)
            return null;
        string name = "";
        foreach (var around in FromOutside(type))
        {
            name += name.Length == 0 ? around.Name : $".{around.Name}";
            if (!IsVisible(around))
                return name;
        }

        var member = (symbol as IMethodSymbol)?.AssociatedSymbol ?? symbol;
        return symbol is INamedTypeSymbol || IsVisible(symbol) ? null : $"{name}.{member.Name}";
    }

    private static IEnumerable<INamedTypeSymbol> FromOutside(INamedTypeSymbol type) => type.ContainingType is { } outer ? FromOutside(outer).Append(type) : [type];

    private static bool IsVisible(ISymbol symbol) =>
        symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal;
}
