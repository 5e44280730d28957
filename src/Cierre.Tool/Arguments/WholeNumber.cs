using System.CommandLine;
using System.Globalization;

namespace Cierre.Tool.Arguments;

/// <summary>Options that take a whole number.</summary>
internal static class WholeNumber
{
    public static Option<long?> Option(string name, string unit, string description, long least, long most = long.MaxValue) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most) return number;
            result.AddError($"{name} takes a whole number, {least}{(most == long.MaxValue ? " or more" : $"-{most}")}, not '{text}'.");
            return null;
        },
    };
}
