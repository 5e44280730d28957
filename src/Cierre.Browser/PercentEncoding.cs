using System.Buffers;
using System.Globalization;
using System.Text;

namespace Cierre.Browser;

/// <summary>URL 1.3: percent-encoded bytes, and what each part of a URL has to encode. What is encoded already stays as it is.</summary>
internal static class PercentEncoding
{
    // Each set has the characters outside of printable ASCII, too; the standard builds one on the other.
    private const string QuerySet = " \"#<>'";
    private const string PathSet = " \"#<>?^`{}";

    public static SearchValues<byte> Query { get; } = AllBut(QuerySet);

    public static SearchValues<byte> Path { get; } = AllBut(PathSet);

    public static SearchValues<byte> UserInfo { get; } = AllBut(PathSet + "/:;=@[\\]|");

    /// <summary>UTF-8 percent-encodes a string.</summary>
    /// <param name="kept">The bytes that stay as they are.</param>
    public static string Encode(string text, SearchValues<byte> kept)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (!bytes.AsSpan().ContainsAnyExcept(kept)) return text;
        var encoded = new StringBuilder(text.Length + 16);
        foreach (byte b in bytes)
        {
            if (kept.Contains(b)) encoded.Append((char)b);
            else encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return encoded.ToString();
    }

    /// <summary>Percent-decodes a string, as UTF-8 with U+FFFD for what is none.</summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%')) return text;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            bool encoded = bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]);
            bytes[length++] = encoded ? Convert.FromHexString(bytes.AsSpan(i + 1, 2))[0] : bytes[i];
            if (encoded) i += 2;
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static SearchValues<byte> AllBut(string set) =>
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c).Where(c => !set.Contains((char)c))]);
}
