using Xunit;

namespace Cierre.Tests.Architecture;

public sealed class TextKeysTests
{
    private static readonly string Closing = Path.Combine(SourceProject.Source, "Cierre", "Closing");

    private static readonly Dictionary<string, string> English = Read("Texts.resx");

    private static readonly IReadOnlyList<SourceFile> Sources = [.. SourceProject.All().SelectMany(project => project.Files)];

    [Fact]
    public void Every_key_asked_for_has_its_text() =>
        Faults.None(Sources.Where(file => file.Path.StartsWith("Cierre/", StringComparison.Ordinal))
            .SelectMany(file => TextKeys.AskedFor(file.Text).Where(use => !English.ContainsKey(use.Key)).Select(use => $"src/{file.Path}({use.Line}): no text {use.Key}")));

    [Fact]
    public void Every_text_is_used() => Faults.None(TextKeys.Unused(English.Keys, Sources.Select(file => file.Text)));

    [Fact]
    public void Each_translation_says_everything_that_English_says() =>
        Faults.None(Directory.EnumerateFiles(Closing, "Texts.*.resx").SelectMany(file => TextKeys.Differences(English, Read(Path.GetFileName(file)))));

    [Fact]
    public void Keys_are_found_in_calls_and_constructors() =>
        Assert.Equal(
            [("A", 1), ("B", 2), ("C", 3), ("D", 4)],
            TextKeys.AskedFor("""
                object a = new CloseDetail("A", 1),
                    b = CloseDetail.Of("B"),
                    c = Texts.Get("C", culture),
                    d = Text("D");
                object e = new Other("E"), f = Detail(key), g = Detailed("G");
                """));

    [Fact]
    public void Unused_text_is_found_and_composed_keys_count() =>
        Assert.Equal(["Lost"], TextKeys.Unused(
            ["Whole", "Code.1006", "Cause.Reset", "Named", "Member", "Lost"],
            ["""object a = "Whole", b = $"Code.{code}", c = "Cause." + cause, d = nameof(X.Named), e = Texts.Member, f = $"{x}Lost", g = $" {x}";"""]));

    [Fact]
    public void Differences_between_languages_are_found() =>
        Assert.Equal(
            ["Gone is not translated", "Extra translates nothing", "Numbers has other placeholders: {0} of {1:N0} / {0}"],
            TextKeys.Differences(
                new() { ["Same"] = "{0} {1}", ["Gone"] = "x", ["Numbers"] = "{0} of {1:N0}" },
                new() { ["Same"] = "{1} {0:N0}", ["Extra"] = "x", ["Numbers"] = "{0}" }));

    private static Dictionary<string, string> Read(string name) =>
        File.Exists(Path.Combine(Closing, name)) ? TextKeys.Read(File.ReadAllText(Path.Combine(Closing, name))) : [];
}
