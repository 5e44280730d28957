using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Cierre.AspNetCore.Inspector;

/// <summary>English or Spanish: what <c>?lang=</c> says, or else the first of the two that the request accepts. RFC 9110 12.5.4.</summary>
internal static class Language
{
    public static CultureInfo Of(HttpRequest request)
    {
        if (Find(request.Query["lang"].ToString()) is { } asked) return asked;
        IEnumerable<StringWithQualityHeaderValue> accepted = request.GetTypedHeaders().AcceptLanguage.Where(language => language.Quality != 0)
            .OrderByDescending(language => language.Quality ?? 1);
        return accepted.Select(language => Find(language.Value.ToString())).FirstOrDefault(culture => culture is not null) ?? CultureInfo.InvariantCulture;
    }

    public static CultureInfo? Find(string? language) => language?.Split('-', '_')[0].ToUpperInvariant() switch
    {
        "ES" => Spanish(),
        "EN" => CultureInfo.InvariantCulture,
        _ => null,
    };

    // With InvariantGlobalization there may be no Spanish: English then.
    private static CultureInfo Spanish()
    {
        try
        {
            return CultureInfo.GetCultureInfo("es");
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.InvariantCulture;
        }
    }
}
