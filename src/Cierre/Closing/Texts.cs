using System.Globalization;
using System.Resources;

namespace Cierre.Closing;

/// <summary>Every sentence of the product, by key: English in Texts.resx, a translation beside it. A culture without one reads English.</summary>
internal static class Texts
{
    private static readonly ResourceManager Resources = new("Cierre.Closing.Texts", typeof(Texts).Assembly);

    /// <exception cref="ArgumentException">The key has no sentence: a mistake of ours, held off by a test.</exception>
    public static string Get(CultureInfo culture, string key) =>
        Resources.GetString(key, culture) ?? throw new ArgumentException($"Texts.resx has no sentence '{key}'.", nameof(key));

    public static string? Find(CultureInfo culture, string key) => Resources.GetString(key, culture);

    public static string Format(CultureInfo culture, string key, params object[] arguments) =>
        arguments.Length == 0 ? Get(culture, key) : string.Format(NumbersOf(culture), Get(culture, key), arguments);

    /// <summary>Whose numbers go with the words: the culture's own where it has the words too. English words with the numbers of a third language would be
    /// neither.</summary>
    public static CultureInfo NumbersOf(CultureInfo culture) =>
        culture.TwoLetterISOLanguageName == Get(culture, "Language") ? culture : CultureInfo.InvariantCulture;
}

/// <summary>Writes a span of time with a unit that fits; the unit symbols are the same in every language.</summary>
internal static class SpanOfTime
{
    public static string In(CultureInfo culture, TimeSpan time) => Write(Texts.NumbersOf(culture), time);

    private static string Write(CultureInfo culture, TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => string.Create(culture, $"{time.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 10 } => string.Create(culture, $"{time.TotalSeconds:0.0} s"),
        { TotalHours: < 2 } => string.Create(culture, $"{Math.Floor(time.TotalMinutes):0} min {time.Seconds} s"),
        { TotalDays: < 2 } => string.Create(culture, $"{Math.Floor(time.TotalHours):0} h {time.Minutes} min"),
        _ => string.Create(culture, $"{time.Days} d {time.Hours} h"),
    };
}
