using System.Text;

namespace Cierre.Browser;

/// <summary>Infra 4.7: a string converted into a scalar value string (Web IDL USVString): each lone surrogate becomes U+FFFD.</summary>
internal static class ScalarString
{
    public static string Of(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (Rune.TryGetRuneAt(text, i, out _)) i++;
            else return string.Concat(text.EnumerateRunes()); // the enumerator gives U+FFFD for what is no scalar value
        }

        return text;
    }
}
