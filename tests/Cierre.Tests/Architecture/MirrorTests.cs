using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Architecture;

public sealed class MirrorTests
{
    /// <summary>Files without a test class of their name, and why.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
    };

    private static readonly IReadOnlyList<SourceFile> Sources = [.. SourceProject.All().Where(project => project.Name is "Cierre" or "Cierre.Browser").SelectMany(project => project.Files)];

    [Fact]
    public void Every_source_file_with_logic_has_its_test_class()
    {
        var classes = SourceProject.FilesBelow(Path.Combine(RepoRoot.Directory, "tests"), "*Tests*.cs").SelectMany(file => MirrorRule.ClassesIn(File.ReadAllText(file))).ToHashSet();
        Faults.None(MirrorRule.Missing(Sources, classes).Where(path => !Exceptions.ContainsKey(path)).Select(path => $"src/{path} has no {MirrorRule.NamesFor(path)[^1]}"));
    }

    [Fact]
    public void Exceptions_are_files_that_exist() =>
        Faults.None(Exceptions.Keys.Except(Sources.Select(file => file.Path)));

    [Theory]
    [InlineData("class A { int F() { return 1; } }")]
    [InlineData("class A { int F(int x) => x + 1; }")]
    [InlineData("class A { A(int x) { if (x < 0) throw new(); } }")]
    [InlineData("class A { int X { get; set => field = Check(value); } }")]
    [InlineData("record R(int X) { public int Twice => X * 2; }")]
    [InlineData("static class A { static bool operator ==(A a, A b) => a.Equals(b); }")]
    public void Logic_wants_a_test(string source) => Assert.True(MirrorRule.HasLogic(source));

    [Theory]
    [InlineData("enum E { A, B }")]
    [InlineData("interface I { int F(); }")]
    [InlineData("sealed record R(int X, string? Y) { public int Z { get; init; } = 3; }")]
    [InlineData("class Options { public TimeSpan T { get; set; } = TimeSpan.FromSeconds(1); const int X = 2; public string Name => \"x\"; }")]
    [InlineData("class E : Exception { public E(string m) : base(m) { } public E(string m, int code) : base(m) { Code = code; } public int Code { get; } }")]
    [InlineData("abstract class T { public abstract void F(); }")]
    public void What_only_holds_data_does_not(string source) => Assert.False(MirrorRule.HasLogic(source));

    [Fact]
    public void Missing_test_class_is_reported_and_parts_may_share_one()
    {
        const string Logic = "class A { int F() { return 1; } }";
        SourceFile[] sources = [new("Cierre/X/One.cs", Logic), new("Cierre/X/Two.cs", Logic), new("Cierre/X/Three.Send.cs", Logic), new("Cierre/X/Four.Send.cs", Logic), new("Cierre/X/Five.cs", "enum E;")];
        Assert.Equal(["Cierre/X/Two.cs"], MirrorRule.Missing(sources, new HashSet<string> { "OneTests", "ThreeTests", "FourSendTests" }));
    }
}
