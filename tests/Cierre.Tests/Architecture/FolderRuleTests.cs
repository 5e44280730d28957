using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Architecture;

public sealed class FolderRuleTests
{
    private const string Table = """
        ## Who may use whom

        | folder | may use |
        |---|---|
        | Core/Low | nothing |
        | Core/High | Low |
        | Web/Log | Core |
        | Web/(root) | Log |
        | App/Out | Web |
        | App/* | Out, Core |
        """;

    private static readonly FolderTable Example = FolderTable.Parse(Table);
    private static readonly Lazy<FolderTable> Ours = new(() => FolderTable.Parse(File.ReadAllText(Path.Combine(RepoRoot.Directory, "docs", "architecture.md"))));

    [Fact]
    public void Folders_use_what_the_table_allows() =>
        Faults.None(FolderRule.Check(Ours.Value, SourceProject.All()));

    [Fact]
    public void Every_folder_has_its_row() =>
        Faults.None(SourceProject.All().SelectMany(project => project.Files).Select(file => file.Folder).Distinct()
            .Where(folder => Ours.Value.RowOf(folder) is null).Select(folder => $"{folder} has no row in docs/architecture.md"));

    [Theory]
    [InlineData("type", "class A { High.B? _b; }", "B")]
    [InlineData("member of a value of inferred type", "class A { int F() { var b = global::Core.High.Give.It(); return b.Value; } }", "B.Value")]
    [InlineData("target-typed new", "class A { void F() => Take(new()); void Take(global::Core.High.B b) { } }", "B")]
    [InlineData("extension method", "using Core.High; class A { int F() => 1.Twice(); }", "HighExtensions.Twice(int)")]
    [InlineData("static using", "using static Core.High.HighExtensions; class A { int F() => Plain(1); }", "HighExtensions.Plain(int)")]
    [InlineData("alias", "using Alias = Core.High.B; class A { object F() => typeof(Alias); }", "B")]
    [InlineData("attribute", "class A { [High.Mark] int _x; }", "MarkAttribute")]
    [InlineData("generic argument", "class A { List<High.B>? _b; }", "B")]
    public void Use_against_the_table_is_reported(string use, string source, string symbol)
    {
        var file = new SourceFile("Core/Low/A.cs", source.Replace("class A", "namespace Core.Low;\nclass A", StringComparison.Ordinal));
        var violations = FolderRule.Check(Example, [Core(file)]);
        Assert.True(violations.Any(line => line.EndsWith($": Core/Low may not use Core/High, but uses {symbol}", StringComparison.Ordinal)), $"{use}: {string.Join('\n', violations)}");
    }

    [Fact]
    public void Report_names_file_line_and_symbol() =>
        Assert.Equal(
            ["src/Core/Low/A.cs(3): Core/Low may not use Core/High, but uses B"],
            FolderRule.Check(Example, [Core(new SourceFile("Core/Low/A.cs", "namespace Core.Low;\nclass A\n{ High.B? _b; }"))]));

    [Fact]
    public void Use_within_the_table_is_not_reported() =>
        Assert.Equal([], FolderRule.Check(Example, [Core(new SourceFile("Core/High/C.cs", "namespace Core.High; class C { Low.Base? _x; B? _b; string F() => nameof(Low); }"))]));

    [Fact]
    public void Unknown_and_generated_symbols_are_nobodys_violation() =>
        Assert.Equal([], FolderRule.Check(Example, [Core(new SourceFile("Core/Low/A.cs", """
            using No.Such.Package;
            namespace Core.Low;
            [Missing] partial class A : Gone<A> { partial void Later(); void F() { Later(); Gone.Call(x => x.Nothing(this)); var (a, b) = (1, 2); } }
            """))]));

    [Fact]
    public void Part_of_a_type_in_an_allowed_folder_is_enough() =>
        Assert.Equal([], FolderRule.Check(Example, [Core(
            new SourceFile("Core/Low/P.cs", "namespace Core; partial class P { public int Low; }"),
            new SourceFile("Core/High/P.More.cs", "namespace Core; partial class P { public int High => Low; }"),
            new SourceFile("Core/Low/Q.cs", "namespace Core.Low; class Q { P? _p; int F() => _p!.Low; }"))]));

    [Fact]
    public void Rule_holds_across_projects_and_for_internals()
    {
        var web = new SourceProject("Web",
        [
            new SourceFile("Web/Log/L.cs", "namespace Web.Log; public class L { Core.Low.Base? _ok; Face? _no; }"),
            new SourceFile("Web/Face.cs", "namespace Web; class Face { Log.L? _ok; Core.High.B? _no; }"),
        ]) { Uses = ["Core"] };
        var app = new SourceProject("App",
        [
            new SourceFile("App/Serve/S.cs", "namespace App.Serve; class S { Out.O? _ok; Core.High.B? _alsoOk; Bench.T? _no; Web.Log.L? _neither; }"),
            new SourceFile("App/Bench/T.cs", "namespace App.Bench; class T;"),
            new SourceFile("App/Out/O.cs", "namespace App.Out; class O { Web.Log.L? _ok; }"),
        ]) { Uses = ["Core", "Web"] };
        Assert.Equal(
            [
                "src/Web/Log/L.cs(1): Web/Log may not use Web/(root), but uses Face",
                "src/Web/Face.cs(1): Web/(root) may not use Core/High, but uses B",
                "src/App/Serve/S.cs(1): App/Serve may not use App/Bench, but uses T",
                "src/App/Serve/S.cs(1): App/Serve may not use Web/Log, but uses L",
            ],
            FolderRule.Check(Example, [Core(), web, app]));
    }

    [Theory]
    [InlineData("| Core/Low | nothing |\n| Core/Low | nothing |")]
    [InlineData("| Core/Low | Hihg |")]
    [InlineData("| Low | nothing |")]
    [InlineData("")]
    public void Table_that_cannot_be_right_is_refused(string rows) =>
        Assert.Throws<FormatException>(() => FolderTable.Parse("## Who may use whom\n\n| folder | may use |\n|---|---|\n" + rows));

    private static SourceProject Core(params SourceFile[] more) => new("Core",
    [
        new SourceFile("Core/Low/Base.cs", "namespace Core.Low; class Base;"),
        new SourceFile("Core/High/B.cs", """
            namespace Core.High;
            class B : Low.Base { public int Value; }
            class MarkAttribute : Attribute;
            static class HighExtensions { public static int Twice(this int x) => x * 2; public static int Plain(int x) => x; }
            static class Give { public static B It() => new(); }
            """),
        .. more,
    ]) { Friends = ["Web", "App"] };
}
