using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Cierre.Closing;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Closing;

public partial class TextsTests
{
    private static IEnumerable<(string Key, string Text)> Sentences =>
        XDocument.Load(Path.Combine(Golden.Root, "src/Cierre/Closing/Texts.resx")).Root!.Elements("data")
            .Select(data => (data.Attribute("name")!.Value, data.Element("value")!.Value));

    [Fact]
    public void Every_sentence_of_the_file_is_found_at_run_time() =>
        Assert.All(Sentences, sentence => Assert.Equal(sentence.Text, Texts.Get(CultureInfo.InvariantCulture, sentence.Key)));

    [Fact]
    public void Every_key_that_the_sources_name_has_a_sentence()
    {
        var keys = Directory.EnumerateFiles(Path.Combine(Golden.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => NamedKey().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.True(keys.Count > 20);
        Assert.All(keys, key => Assert.NotNull(Texts.Find(CultureInfo.InvariantCulture, key)));
    }

    [Fact]
    public void Unknown_key_is_a_mistake_that_names_itself() =>
        Assert.Contains("NoSuchKey", Assert.Throws<ArgumentException>(() => Texts.Get(CultureInfo.InvariantCulture, "NoSuchKey")).Message, StringComparison.Ordinal);

    [Fact]
    public void Reasons_and_details_are_one_clause_in_lower_case_without_a_full_stop() =>
        Assert.All(Sentences.Where(s => !s.Key.StartsWith("Explain", StringComparison.Ordinal) && !s.Key.StartsWith("Suggests", StringComparison.Ordinal)
            && !s.Key.EndsWith("Name", StringComparison.Ordinal)), sentence =>
        {
            Assert.False(sentence.Text.EndsWith('.'), sentence.Key);
            Assert.True(char.IsLower(sentence.Text[0]) || sentence.Text[0] == '{' || sentence.Text.StartsWith("RSV", StringComparison.Ordinal), sentence.Key);
        });

    [GeneratedRegex("""(?:CloseDetail\(|Texts\.(?:Get|Find|Format)\(culture, |Texts\.(?:Get|Find|Format)\(CultureInfo\.InvariantCulture, )"(\w+)"[,)]""")]
    private static partial Regex NamedKey();
}
