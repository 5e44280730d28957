using System.Buffers;

namespace Cierre.Deflate;

/// <summary>RFC 9110 5.6.2: the token, in which extensions, their parameters and subprotocols are named.</summary>
internal static class HttpToken
{
    /// <summary>The punctuation that a token may hold besides letters and digits.</summary>
    public const string Punctuation = "!#$%&'*+-.^_`|~";

    private static readonly SearchValues<char> Characters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + Punctuation);

    /// <summary>Tells whether the text is a token: at least one character, and no other than a token's.</summary>
    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && LengthAtStart(text) == text.Length;

    /// <summary>Counts the characters of the token with which the text begins; 0 where it begins with none.</summary>
    public static int LengthAtStart(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExcept(Characters);
        return end < 0 ? text.Length : end;
    }
}
