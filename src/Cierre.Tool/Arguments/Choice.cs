using System.CommandLine;

namespace Cierre.Tool.Arguments;

/// <summary>Options that take one of a few words; the first is the default.</summary>
internal static class Choice
{
    public static Option<string?> Option(string name, string description, params string[] words) =>
        Without(name, $"{description} Default {words[0]}.", words);

    /// <summary>One that has no default.</summary>
    public static Option<string?> Without(string name, string description, params string[] words) => new(name)
    {
        Description = description,
        HelpName = string.Join('|', words),
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (!words.Contains(text)) result.AddError($"{name} takes {string.Join(" or ", words)}, not '{text}'.");
            return text;
        },
    };
}
