using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cierre.Tests.Architecture;

/// <summary>Each source file with logic has a test class of its name: X.cs has XTests; X.Verb.cs has XVerbTests, or is part of XTests.</summary>
internal static class MirrorRule
{
    public static IEnumerable<string> Missing(IEnumerable<SourceFile> sources, IReadOnlySet<string> testClasses) =>
        sources.Where(file => HasLogic(file.Text) && !NamesFor(file.Path).Any(testClasses.Contains)).Select(file => file.Path);

    public static string[] NamesFor(string path)
    {
        var parts = Path.GetFileNameWithoutExtension(path).Split('.');
        return [.. new[] { string.Concat(parts) + "Tests", parts[0] + "Tests" }.Distinct()];
    }

    public static IEnumerable<string> ClassesIn(string source) =>
        CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>().Select(type => type.Identifier.Text);

    /// <summary>False for enums, interfaces, constants, and records, options and exceptions that only hold what they are given.</summary>
    public static bool HasLogic(string source) => CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes().Any(node => node switch
    {
        ConstructorDeclarationSyntax { Body: { } body } => !body.Statements.All(IsPlainAssignment),
        BaseMethodDeclarationSyntax method => method.ExpressionBody is { } arrow ? !IsPlain(arrow.Expression) : method.Body is { Statements.Count: > 0 },
        PropertyDeclarationSyntax { ExpressionBody: { } arrow } => !IsPlain(arrow.Expression),
        IndexerDeclarationSyntax { ExpressionBody: { } arrow } => !IsPlain(arrow.Expression),
        AccessorDeclarationSyntax accessor => accessor.Body is not null || (accessor.ExpressionBody is { } arrow && !IsPlain(arrow.Expression)),
        GlobalStatementSyntax => true,
        _ => false,
    });

    private static bool IsPlainAssignment(StatementSyntax statement) =>
        statement is ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax assignment } && IsPlain(assignment.Right);

    private static bool IsPlain(ExpressionSyntax expression) =>
        expression is LiteralExpressionSyntax or IdentifierNameSyntax or AssignmentExpressionSyntax { Right: IdentifierNameSyntax };
}
