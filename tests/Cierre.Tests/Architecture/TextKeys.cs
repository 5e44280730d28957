using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cierre.Tests.Architecture;

/// <summary>
/// The keys of the product's sentences: asked for in sources (the first argument of a call or constructor whose name speaks of a text or a detail)
/// and kept in a .resx file. A key may be composed: <c>$"Code.{code}"</c> uses every key that begins with <c>Code.</c>.
/// </summary>
internal static partial class TextKeys
{
    /// <summary>Literal keys that are asked for, each with its line.</summary>
    public static IEnumerable<(string Key, int Line)> AskedFor(string source)
    {
        foreach (var node in CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes())
        {
            var (name, arguments) = node switch
            {
                ObjectCreationExpressionSyntax creation => (creation.Type.ToString(), creation.ArgumentList),
                InvocationExpressionSyntax call => (call.Expression.ToString(), call.ArgumentList),
                _ => ("", null),
            };
            if (TextOrDetail().IsMatch(name) && arguments?.Arguments.FirstOrDefault()?.Expression is LiteralExpressionSyntax { Token.Value: string key })
                yield return (key, node.GetLocation().GetLineSpan().StartLinePosition.Line + 1);
        }
    }

    /// <summary>Keys of the file that no source mentions, neither whole nor by the beginning of a composed one.</summary>
    public static IEnumerable<string> Unused(IEnumerable<string> keys, IEnumerable<string> sources)
    {
        var (whole, beginnings) = (new HashSet<string>(), new HashSet<string>());
        foreach (var node in sources.SelectMany(source => CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes()))
        {
            if (node is LiteralExpressionSyntax { Token.Value: string text })
                (node.Parent is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum && sum.Left == node ? beginnings : whole).Add(text);
            else if (node is InterpolatedStringExpressionSyntax { Contents: [InterpolatedStringTextSyntax first, ..] })
                beginnings.Add(first.TextToken.ValueText);
            else if (node is InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "nameof" }, ArgumentList.Arguments: [var argument] })
                whole.Add(argument.ToString().Split('.')[^1]);
            else if (node is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "Texts" } } member)
                whole.Add(member.Name.Identifier.Text);
        }

        beginnings.RemoveWhere(string.IsNullOrWhiteSpace);
        return keys.Where(key => !whole.Contains(key) && !beginnings.Any(start => key.StartsWith(start, StringComparison.Ordinal)));
    }

    public static Dictionary<string, string> Read(string resx) =>
        XDocument.Parse(resx).Root!.Elements("data").ToDictionary(data => (string)data.Attribute("name")!, data => (string?)data.Element("value") ?? "");

    /// <summary>What a translation gets wrong: a key too few or too many, nothing said, or other numbers than the original.</summary>
    public static IEnumerable<string> Differences(Dictionary<string, string> original, Dictionary<string, string> translation)
    {
        foreach (var key in original.Keys.Except(translation.Keys))
            yield return $"{key} is not translated";
        foreach (var key in translation.Keys.Except(original.Keys))
            yield return $"{key} translates nothing";
        foreach (var key in original.Keys.Intersect(translation.Keys))
        {
            if (string.IsNullOrWhiteSpace(translation[key]))
                yield return $"{key} is empty";
            else if (!Placeholders(original[key]).SetEquals(Placeholders(translation[key])))
                yield return $"{key} has other placeholders: {original[key]} / {translation[key]}";
        }
    }

    private static HashSet<string> Placeholders(string text) => [.. Placeholder().Matches(text).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("Texts?\\b|Detail\\b")]
    private static partial Regex TextOrDetail();

    [GeneratedRegex(@"\{(\w+)[^{}]*\}")]
    private static partial Regex Placeholder();
}
