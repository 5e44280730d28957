using System.CommandLine.Parsing;

namespace Cierre.Tool.Arguments;

/// <summary><c>--header "Name: value"</c>. What is wrong with one is said without showing it: headers carry credentials.</summary>
internal static class HeaderArgument
{
    public static KeyValuePair<string, string>[] Parse(ArgumentResult result)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (Token token in result.Tokens)
        {
            string[] parts = token.Value.Split(':', 2, StringSplitOptions.TrimEntries);
            if (parts is [{ Length: > 0 } name, var value]) headers.Add(new(name, value));
            else result.AddError(parts.Length == 1
                ? "--header takes \"Name: value\"; there is no colon in what was given."
                : "--header takes \"Name: value\"; the name is missing.");
        }

        return [.. headers];
    }
}
