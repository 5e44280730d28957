using System.Collections.Immutable;
using System.Globalization;

namespace Cierre.Closing;

/// <summary>The name and the description that an application gives a code of its own, and their translations. Immutable.</summary>
/// <param name="Name">For every language without a translation.</param>
/// <param name="Description">The same; empty takes the text of the range.</param>
internal sealed record ApplicationTexts(string Name, string Description)
{
    // Culture names are compared without regard to case, as CultureInfo does.
    private static readonly ImmutableDictionary<string, ApplicationTexts> None =
        ImmutableDictionary.Create<string, ApplicationTexts>(StringComparer.OrdinalIgnoreCase);

    private ImmutableDictionary<string, ApplicationTexts> Translations { get; init; } = None;

    /// <summary>Checks both: they stand in the middle of sentences, where a line break or an escape sequence would break out.</summary>
    public static ApplicationTexts Of(string name, string description)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(description);
        CheckLine(name, nameof(name));
        CheckLine(description, nameof(description));
        return new ApplicationTexts(name, description);
    }

    /// <summary>The same with one translation more, or another one for the language.</summary>
    public ApplicationTexts With(CultureInfo culture, ApplicationTexts translation) =>
        this with { Translations = Translations.SetItem(culture.Name, translation) };

    /// <summary>The same translations under other texts: a registration that is repeated loses none.</summary>
    public ApplicationTexts WithTranslationsOf(ApplicationTexts other) => this with { Translations = other.Translations };

    public string NameIn(CultureInfo culture) => TranslationFor(culture)?.Name ?? Name;

    public string DescriptionIn(CultureInfo culture) => TranslationFor(culture)?.Description is { Length: > 0 } translated ? translated : Description;

    // From the region to the language, as resources are found: es-MX, then es.
    private ApplicationTexts? TranslationFor(CultureInfo culture)
    {
        for (; culture.Name.Length > 0; culture = culture.Parent)
        {
            if (Translations.TryGetValue(culture.Name, out ApplicationTexts? translation)) return translation;
        }

        return null;
    }

    private static void CheckLine(string text, string parameterName)
    {
        for (int index = 0; index < text.Length; index++)
        {
            if (!char.IsControl(text[index]) && text[index] is not ('\u2028' or '\u2029')) continue;
            throw new ArgumentException(Texts.Format(CultureInfo.InvariantCulture, "NameNotOneLine", (int)text[index], index), parameterName);
        }
    }
}
