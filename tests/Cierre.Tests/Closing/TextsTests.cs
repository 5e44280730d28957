using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Cierre.Closing;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Closing;

public partial class TextsTests
{
    private static IEnumerable<(string Key, string Text)> Sentences(string language) =>
        XDocument.Load(Path.Combine(Golden.Root, "src/Cierre/Closing", language == "en" ? "Texts.resx" : $"Texts.{language}.resx")).Root!.Elements("data")
            .Select(data => (data.Attribute("name")!.Value, data.Element("value")!.Value));

    [Theory]
    [InlineData("en")]
    [InlineData("es")]
    public void Every_sentence_of_the_file_is_found_at_run_time(string language) =>
        Assert.All(Sentences(language), sentence => Assert.Equal(sentence.Text, Texts.Get(CultureInfo.GetCultureInfo(language), sentence.Key)));

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

    [Theory]
    [InlineData("en")]
    [InlineData("es")]
    public void Reasons_and_details_are_one_clause_in_lower_case_without_a_full_stop(string language) =>
        Assert.All(Sentences(language).Where(s => !s.Key.StartsWith("Explain", StringComparison.Ordinal) && !s.Key.StartsWith("Suggests", StringComparison.Ordinal)
            && !s.Key.EndsWith("Name", StringComparison.Ordinal)), sentence =>
        {
            Assert.False(sentence.Text.EndsWith('.'), sentence.Key);
            Assert.True(char.IsLower(sentence.Text[0]) || sentence.Text[0] == '{' || Acronym().IsMatch(sentence.Text), sentence.Key);
        });

    [Theory]
    [InlineData("es", "es")]
    [InlineData("es-MX", "es-MX")]
    [InlineData("en-GB", "en-GB")]
    [InlineData("de", "")]
    [InlineData("", "")]
    public void Numbers_are_those_of_the_culture_where_it_has_the_words_too(string culture, string numbers) =>
        Assert.Equal(numbers, Texts.NumbersOf(CultureInfo.GetCultureInfo(culture)).Name);

    [GeneratedRegex("^[A-Z]{2}")]
    private static partial Regex Acronym();

    [GeneratedRegex("""(?:CloseDetail\(|Texts\.(?:Get|Find|Format)\(culture, |Texts\.(?:Get|Find|Format)\(CultureInfo\.InvariantCulture, )"(\w+)"[,)]""")]
    private static partial Regex NamedKey();
}
