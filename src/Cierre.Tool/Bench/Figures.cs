using System.Globalization;

namespace Cierre.Tool.Bench;

/// <summary>Numbers for people: three digits and a unit.</summary>
internal static class Figures
{
    public static string Time(TimeSpan time) => time.TotalMicroseconds switch
    {
        < 999.5 => $"{Digits(time.TotalMicroseconds)} us",
        < 999_500 => $"{Digits(time.TotalMilliseconds)} ms",
        _ => $"{Digits(time.TotalSeconds)} s",
    };

    public static string Bytes(double bytes) => bytes switch
    {
        < 999.5 => $"{Digits(bytes)} B",
        < 999_500 => $"{Digits(bytes / 1e3)} kB",
        < 999_500_000 => $"{Digits(bytes / 1e6)} MB",
        _ => $"{Digits(bytes / 1e9)} GB",
    };

    /// <summary>12,345.</summary>
    public static string Count(double count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Digits(double value) => value.ToString(value < 9.995 ? "0.00" : value < 99.95 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
