using System.Globalization;

namespace Cierre.Closing;

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
