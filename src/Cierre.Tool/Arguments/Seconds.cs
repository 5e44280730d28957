using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Cierre.Tool.Arguments;

/// <summary>Options that take seconds, fractions included.</summary>
internal static class Seconds
{
    // As the library: what timers can hold.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    /// <param name="name">The option, <c>--close-timeout</c>.</param>
    /// <param name="description">What it is for, a sentence.</param>
    /// <param name="standard">The default, for the help: the value is null where the option was not given.</param>
    /// <param name="mayBeZero">Whether 0 is a value: no time at all, or off (<see cref="ZeroIsOff"/>).</param>
    /// <param name="longest">Null: what timers can hold.</param>
    public static Option<TimeSpan?> Option(string name, string description, TimeSpan standard, bool mayBeZero = false, TimeSpan? longest = null) => new(name)
    {
        Description = $"{description} Default {standard.TotalSeconds.ToString(CultureInfo.InvariantCulture)}.",
        HelpName = "S",
        CustomParser = result => Parse(result, name, mayBeZero, longest ?? Longest),
    };

    /// <summary>For a limit that 0 switches off on the command line; in the library an infinite time does.</summary>
    public static TimeSpan ZeroIsOff(TimeSpan given) => given == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : given;

    private static TimeSpan? Parse(ArgumentResult result, string name, bool mayBeZero, TimeSpan longest)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds <= longest.TotalSeconds)
        {
            TimeSpan time = TimeSpan.FromSeconds(seconds);
            if (time > TimeSpan.Zero || (mayBeZero && seconds == 0)) return time;
        }

        result.AddError($"{name} takes seconds, {(mayBeZero ? "0 or more" : "more than 0")} and at most " +
            $"{longest.TotalSeconds.ToString(CultureInfo.InvariantCulture)}, not '{text}'.");
        return null;
    }
}
