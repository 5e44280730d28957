using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Cierre.Tool.Arguments;

/// <summary><c>--lang en|es</c>: the language of what the library says. Help, mistakes and the words of JSON are English whatever it is.</summary>
internal sealed class LanguageOption : Option<CultureInfo?>
{
    private const string English = "en";
    private const string Spanish = "es";

    private readonly CultureInfo _environment;

    /// <param name="environment">The culture of the environment; it decides where the option is not given.</param>
    public LanguageOption(CultureInfo environment)
        : base("--lang")
    {
        _environment = environment.TwoLetterISOLanguageName == Spanish ? environment : CultureInfo.InvariantCulture;
        Description = "The language of names, descriptions, advice, details and explanations. Default: that of the environment (LC_ALL, LC_MESSAGES, LANG); " +
            "en where it is another.";
        HelpName = $"{English}|{Spanish}";
        CustomParser = Parse;
    }

    public CultureInfo Of(ParseResult parsed) => parsed.GetValue(this) ?? _environment;

    private static CultureInfo? Parse(ArgumentResult result)
    {
        switch (result.Tokens[0].Value)
        {
            case English: return CultureInfo.InvariantCulture;
            case Spanish: return CultureInfo.GetCultureInfo(Spanish);
            case var text:
                result.AddError($"--lang takes {English} or {Spanish}, not '{text}'.");
                return null;
        }
    }
}
