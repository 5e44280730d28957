using System.CommandLine;
using System.Globalization;
using Cierre.Tool.Arguments;
using Cierre.Tool.Output;

namespace Cierre.Tool.Codes;

/// <summary><c>cierre explain CODE</c>: what one code means, who may send it, and what to do when it comes.</summary>
internal static class ExplainCommand
{
    public static Command Create(LanguageOption language)
    {
        var code = new Argument<ushort>("CODE")
        {
            Description = "The close code: 0-65535, the numbers that fit a close frame.",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (!ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)) result.AddError(
                    $"'{text}' is no close code: a number 0-65535 is.");
                return number;
            },
        };
        var command = new Command("explain", "Explains one close code.") { code, language };
        command.SetAction(parsed =>
        {
            StandardOutput.WriteLine(CloseCodes.Default.Explain(parsed.GetValue(code), language.Of(parsed)));
            return ExitCodes.Ok;
        });
        return command;
    }
}
