using System.CommandLine.Parsing;
using System.Globalization;

namespace Cierre.Tool.Connect;

/// <summary><c>--close CODE[:REASON]</c>; a code that a client may not send is refused before anything is connected.</summary>
internal sealed record CloseArgument(ushort Code, string Reason)
{
    public static CloseArgument Normal { get; } = new(CloseCodes.NormalClosure, "");

    public static CloseArgument? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        ReadOnlySpan<char> number = colon < 0 ? text : text.AsSpan(0, colon);
        if (!ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out ushort code))
        {
            result.AddError($"--close takes CODE or CODE:REASON, not '{text}'.");
            return null;
        }

        if (CloseCodes.GetSendError(code, reason: null, WebSocketRole.Client, CultureInfo.InvariantCulture) is { } error)
        {
            result.AddError($"--close: {error}.");
            return null;
        }

        return new CloseArgument(code, colon < 0 ? "" : text[(colon + 1)..]);
    }
}
