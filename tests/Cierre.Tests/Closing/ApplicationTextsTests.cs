using System.Globalization;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public class ApplicationTextsTests
{
    private static readonly CultureInfo Spanish = CultureInfo.GetCultureInfo("es");

    private static readonly ApplicationTexts Kicked = ApplicationTexts.Of("Kicked", "a moderator removed the user")
        .With(Spanish, ApplicationTexts.Of("Expulsado", "un moderador expulsó al usuario"))
        .With(CultureInfo.GetCultureInfo("es-AR"), ApplicationTexts.Of("Echado", ""));

    [Theory]
    [InlineData("", "Kicked", "a moderator removed the user")]
    [InlineData("en", "Kicked", "a moderator removed the user")]
    [InlineData("fr-FR", "Kicked", "a moderator removed the user")]
    [InlineData("es", "Expulsado", "un moderador expulsó al usuario")]
    [InlineData("es-MX", "Expulsado", "un moderador expulsó al usuario")]
    [InlineData("es-AR", "Echado", "a moderator removed the user")]
    public void Region_falls_back_to_its_language_and_that_to_the_registered_text(string culture, string name, string description)
    {
        var language = CultureInfo.GetCultureInfo(culture);
        Assert.Equal((name, description), (Kicked.NameIn(language), Kicked.DescriptionIn(language)));
    }

    [Fact]
    public void Last_translation_counts_and_the_original_is_left_alone()
    {
        ApplicationTexts again = Kicked.With(Spanish, ApplicationTexts.Of("Fuera", "otra vez"));
        Assert.Equal(("Fuera", "Expulsado"), (again.NameIn(Spanish), Kicked.NameIn(Spanish)));
    }

    [Fact]
    public void Translations_can_go_on_under_other_texts() =>
        Assert.Equal("Expulsado", ApplicationTexts.Of("Kicked", "changed").WithTranslationsOf(Kicked).NameIn(Spanish));

    [Theory]
    [InlineData("two\nlines", "U+000A at index 3")]
    [InlineData("\u001b[2J", "U+001B at index 0")]
    [InlineData("x\u2028", "U+2028 at index 1")]
    public void Text_that_is_not_one_line_is_refused_with_the_place(string text, string place)
    {
        var name = Assert.Throws<ArgumentException>(() => ApplicationTexts.Of(text, ""));
        Assert.Equal("name", name.ParamName);
        Assert.Contains(place, name.Message, StringComparison.Ordinal);
        Assert.Equal("description", Assert.Throws<ArgumentException>(() => ApplicationTexts.Of("Name", text)).ParamName);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void Name_must_say_something(string name) => Assert.Throws<ArgumentException>(() => ApplicationTexts.Of(name, ""));
}
