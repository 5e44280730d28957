using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Cierre.Tests.Architecture;

/// <summary>No work of the library goes on in its caller's context. CA2007 sees to the awaits of tasks; this to what it does not look at.</summary>
public sealed class ContextRuleTests
{
    private static readonly string[] Projects = ["Cierre", "Cierre.AspNetCore", "Cierre.Browser", "Cierre.OpenTelemetry", "Cierre.SignalR.Client"];

    [Fact]
    public void Sources_take_no_context_along() => Faults.None(SourceProject.All().Where(project => Projects.Contains(project.Name)).SelectMany(project => project.Files)
        .SelectMany(file => FaultsIn(file.Text).Select(fault => $"src/{file.Path}: {fault}")));

    [Theory]
    [InlineData("async Task F() { await using (x) { } }")]
    [InlineData("async Task F() { await using var y = x; }")]
    [InlineData("async Task F() { await foreach (var y in x) { } }")]
    [InlineData("void F() => x.GetAwaiter().UnsafeOnCompleted(y);")]
    [InlineData("void F() { var awaiter = Begin().GetAwaiter(); }")]
    [InlineData("void F() => token.Register(() => { });")]
    [InlineData("void F() => ThreadPool.QueueUserWorkItem(_ => { });")]
    [InlineData("void F() => Task.Factory.StartNew(() => { });")]
    [InlineData("void F() => x.ContinueWith(_ => { });")]
    [InlineData("async Task F() { await Task.Yield(); }")]
    [InlineData("void F() => new Timer(_ => { });")]
    public void What_takes_a_context_along_is_found(string member) => Assert.Single(FaultsIn($"class A {{ {member} }}"));

    [Theory]
    [InlineData("async Task F() { await using (x.ConfigureAwait(false)) { } }")]
    [InlineData("async Task F() { await using ConfiguredAsyncDisposable y = x.ConfigureAwait(SimulationContext.IsCurrent); }")]
    [InlineData("async Task F() { await foreach (var y in x.ConfigureAwait(false)) { } }")]
    [InlineData("void F() { var awaiter = Begin().ConfigureAwait(false).GetAwaiter(); }")]
    [InlineData("int F() => x.AsTask().GetAwaiter().GetResult();")]
    [InlineData("TaskAwaiter GetAwaiter() => x.GetAwaiter();")]
    [InlineData("void F() => token.UnsafeRegister(_ => { }, null);")]
    [InlineData("void F() => ThreadPool.UnsafeQueueUserWorkItem(_ => { }, null);")]
    [InlineData("void F() => x.ContinueWith(_ => { }, TaskScheduler.Default);")]
    [InlineData("void F() => Task.Factory.StartNew(x, y, CancellationToken.None, TaskCreationOptions.None, (TaskScheduler)z);")]
    public void What_does_not_is_let_be(string member) => Assert.Empty(FaultsIn($"class A {{ {member} }}"));

    private static IEnumerable<string> FaultsIn(string source)
    {
        foreach (SyntaxNode node in CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes())
        {
            string? fault = node switch
            {
                UsingStatementSyntax { AwaitKeyword.RawKind: not 0, Expression: { } of } when !IsConfigured(of) => "await using without ConfigureAwait",
                UsingStatementSyntax { AwaitKeyword.RawKind: not 0, Declaration: { } of } when !IsConfigured(of) => "await using without ConfigureAwait",
                LocalDeclarationStatementSyntax { AwaitKeyword.RawKind: not 0, Declaration: { } of } when !IsConfigured(of) => "await using without ConfigureAwait",
                ForEachStatementSyntax { AwaitKeyword.RawKind: not 0, Expression: { } of } when !IsConfigured(of) => "await foreach without ConfigureAwait",
                InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: var name, Expression: var of } } call => FaultOf(name, of, call),
                ObjectCreationExpressionSyntax { Type: IdentifierNameSyntax { Identifier.Text: "Timer" } } => "a timer takes the caller's context along: TimeProvider.CreateTimer with the flow suppressed",
                _ => null,
            };
            if (fault is not null) yield return $"line {node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: {fault}";
        }
    }

    private static string? FaultOf(string name, ExpressionSyntax of, InvocationExpressionSyntax call) => name switch
    {
        // An awaiter that is handed on is for its caller's await.
        "GetAwaiter" when !IsConfigured(of) && call.Parent is not MemberAccessExpressionSyntax { Name.Identifier.Text: "GetResult" } && !call.Ancestors().OfType<MethodDeclarationSyntax>().Any(m => m.Identifier.Text == "GetAwaiter") => "an awaiter without ConfigureAwait",
        "Register" when call.ArgumentList.Arguments.Count is 1 or 2 && call.ArgumentList.Arguments[0].Expression is LambdaExpressionSyntax => "Register: UnsafeRegister",
        "QueueUserWorkItem" => "QueueUserWorkItem: UnsafeQueueUserWorkItem",
        "StartNew" when !call.ArgumentList.ToString().Contains("TaskScheduler", StringComparison.Ordinal) => "StartNew without a scheduler: Task.Run",
        "Yield" => "Task.Yield",
        "ContinueWith" when !call.ArgumentList.ToString().Contains("TaskScheduler.Default", StringComparison.Ordinal) => "ContinueWith without TaskScheduler.Default",
        _ => null,
    };

    private static bool IsConfigured(SyntaxNode node) => node.ToString().Contains(".ConfigureAwait(", StringComparison.Ordinal);
}
