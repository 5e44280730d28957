using System.CommandLine.Parsing;
using System.Globalization;

namespace Cierre.Tool.Serve;

/// <summary><c>--resume-limit MESSAGES[:BYTES]</c>.</summary>
/// <param name="Bytes">Null where they were not given.</param>
internal sealed record ResumeLimitArgument(int Messages, int? Bytes)
{
    public static ResumeLimitArgument? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string[] parts = text.Split(':');
        if (Number(parts[0]) is { } messages)
        {
            if (parts.Length == 1) return new ResumeLimitArgument(messages, null);
            if (parts.Length == 2 && Number(parts[1]) is { } bytes) return new ResumeLimitArgument(messages, bytes);
        }

        result.AddError($"--resume-limit takes MESSAGES or MESSAGES:BYTES, whole numbers of 1-{int.MaxValue}, not '{text}'.");
        return null;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;
}
