namespace Cierre.Connections;

/// <summary>Checks the values of options where they are set: the words of every error of this kind.</summary>
internal static class OptionChecks
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    /// <summary>For a wait that has an end.</summary>
    public static TimeSpan Check(TimeSpan value, string name, bool mayBeZero = false)
    {
        bool isWrong = mayBeZero ? value < TimeSpan.Zero : value <= TimeSpan.Zero;
        if (isWrong || value > Longest)
            throw new ArgumentOutOfRangeException(
                name, value, $"A time {(mayBeZero ? "of zero or more" : "above zero")} and of at most 24 days; this one cannot be switched off.");
        return value;
    }

    /// <summary>For what the framework's word for "for ever" switches off.</summary>
    public static TimeSpan CheckOrOff(TimeSpan value, string name)
    {
        if (value == Timeout.InfiniteTimeSpan) return value;
        if (value > TimeSpan.Zero && value <= Longest) return value;
        throw new ArgumentOutOfRangeException(
            name, value, "A time above zero and of at most 24 days; Timeout.InfiniteTimeSpan (-00:00:00.001 in a configuration) switches it off.");
    }

    /// <summary>For a time that another library's caller has chosen, who may mean "for ever" by a very long one.</summary>
    public static TimeSpan AtMost(TimeSpan value) => value < Longest ? value : Longest;

    /// <summary>An enumeration takes any number, from a cast or from a configuration.</summary>
    public static T Defined<T>(T value, string name)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"One of {string.Join(", ", Enum.GetNames<T>())}.");
}
