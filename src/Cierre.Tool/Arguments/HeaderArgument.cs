using System.CommandLine.Parsing;

namespace Cierre.Tool.Arguments;

/// <summary><c>--header "Name: value"</c>.</summary>
internal static class HeaderArgument
{
    public static KeyValuePair<string, string>[] Parse(ArgumentResult result)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (Token token in result.Tokens)
        {
            string[] parts = token.Value.Split(':', 2, StringSplitOptions.TrimEntries);
            if (parts is [{ Length: > 0 } name, var value]) headers.Add(new(name, value));
            else result.AddError($"--header takes \"Name: value\", not '{token.Value}'.");
        }

        return [.. headers];
    }
}
