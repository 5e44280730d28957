using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Architecture;

public sealed class InternalsRuleTests
{
    private static readonly Lazy<string> Page = new(() => File.ReadAllText(Path.Combine(RepoRoot.Directory, "docs", "architecture.md")));

    [Theory]
    [InlineData("Cierre.AspNetCore", 12)]
    [InlineData("Cierre.Browser", 5)]
    [InlineData("Cierre.EventLoops", 5)]
    [InlineData("Cierre.EventLoops", 2, "Cierre.AspNetCore")]
    public void Internals_that_another_package_reaches_are_few_and_have_their_reasons(string package, int most, string of = "Cierre") => Faults.None(InternalsRule.Differences(
        InternalsRule.Table(Page.Value, $"What {package} sees of {(of == "Cierre" ? "the core" : of)}'s internals"), InternalsRule.Reached(SourceProject.All(), package, of), most));

    [Theory]
    [InlineData("type", "class A { Engine? _b; }", "Engine")]
    [InlineData("member of an internal type", "class A { int F() => Engine.Count(); }", "Engine")]
    [InlineData("nested type of an internal one", "class A { Engine.Part? _b; }", "Engine")]
    [InlineData("internal type in a public one", "class A { Face.Part? _b; }", "Face.Part")]
    [InlineData("internal member of a public type", "class A { int F(Face face) => face.Hidden; }", "Face.Hidden")]
    [InlineData("internal constructor of a public type", "class A { Face F() => new(1); }", "Face..ctor")]
    [InlineData("internal setter of a public property", "class A { Face F() => new() { Set = 1 }; }", "Face.Set")]
    [InlineData("private protected member", "class A : Face { int F() => Inner; }", "Face.Inner")]
    [InlineData("extension method", "class A { int F() => 1.Twice(); }", "Extensions")]
    public void Internal_is_reported(string what, string source, string entry)
    {
        IReadOnlyDictionary<string, string> reached = Reached(source);
        Assert.True(reached.ContainsKey(entry) && reached.Count == 1, $"{what}: {string.Join(", ", reached.Keys)}");
        Assert.Equal("src/Web/A.cs(2)", reached[entry]);
    }

    [Theory]
    [InlineData("class A : Face { int F(Face face) => face.Shown + face.Set + Below + new Face().Shown; int G() => nameof(Own).Length; } class Own { internal int X; }")]
    [InlineData("class A { int F(Own own) => own.X; } class Own { internal int X; }")]
    [InlineData("class A { Bag F() => new() { Items = { 1 } }; }")]
    public void Public_and_one_s_own_is_not(string source) => Assert.Empty(Reached(source));

    [Fact]
    public void Table_and_code_are_compared_both_ways_and_counted()
    {
        const string Table = "# T\n\n| name | reason |\n|---|---|\n| `Engine` | because |\n| `Gone` | no more |\n\n## Next\n| `Other` | x |";
        Assert.Equal(
            ["src/Web/A.cs(2) reaches Face.Hidden, which has no row", "Gone has a row, and nobody reaches it", "2 internals are reached, and 1 are the most: Engine, Face.Hidden"],
            InternalsRule.Differences(InternalsRule.Table(Table, "T"), Reached("class A { Engine? _b; int F(Face face) => face.Hidden; }"), 1));
    }

    [Theory]
    [InlineData("# T\n| name | reason |\n|---|---|\n| `A` | |")]
    [InlineData("# T\n| name | reason |\n|---|---|\n| `A` | x |\n| `A` | y |")]
    [InlineData("# Another\n| name | reason |\n|---|---|\n| `A` | x |")]
    public void Table_that_cannot_be_right_is_refused(string page) => Assert.Throws<FormatException>(() => InternalsRule.Table(page, "T"));

    private static IReadOnlyDictionary<string, string> Reached(string source) => InternalsRule.Reached(
        [
            new("Core", [new SourceFile("Core/C.cs", """
                namespace Core;
                class Engine { public static int Count() => 1; public class Part; }
                public class Face { public Face() { } internal Face(int x) { } public int Shown; internal int Hidden; internal class Part; public int Set { get; internal init; } private protected int Inner; protected int Below; }
                public class Bag { public System.Collections.Generic.List<int> Items { get; internal init; } = []; }
                static class Extensions { public static int Twice(this int x) => x * 2; }
                """)]) { Friends = ["Web"] },
            new("Web", [new SourceFile("Web/A.cs", "using Core; namespace Web;\n" + source)]) { Uses = ["Core"] },
        ],
        "Web",
        "Core");
}
