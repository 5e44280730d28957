using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cierre.Browser;

/// <summary>URL 3.5, host parsing, of a special URL: a domain in ASCII, an IPv4 or an IPv6 address, serialized.</summary>
internal static class UrlHost
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, 0x21).Select(c => (char)c), .. "#/:<>?@[\\]^|%\u007F"]);

    /// <summary>The host parser and serializer; null: failure.</summary>
    public static string? Parse(string host)
    {
        if (host.StartsWith('[')) return host.EndsWith(']') ? IPv6(host[1..^1]) : null; // 1
        if (ToAscii(PercentEncoding.Decode(host)) is not { Length: > 0 } domain) return null; // 4-6
        if (domain.AsSpan().ContainsAny(Forbidden)) return null; // 7
        return EndsInNumber(domain) ? IPv4(domain) : domain; // 8, 9
    }

    /// <summary>Domain to ASCII: a name in ASCII is taken as it is, since names in use break the rules (IDNA: beStrict false).</summary>
    private static string? ToAscii(string domain)
    {
        if (Ascii.IsValid(domain)) return domain.ToLowerInvariant();
        try
        {
            return new IdnMapping { AllowUnassigned = true }.GetAscii(domain).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The ends-in-a-number checker.</summary>
    private static bool EndsInNumber(string domain)
    {
        string last = Parts(domain)[^1];
        return last.Length != 0 && (last.All(char.IsAsciiDigit) || Number(last) is not null);
    }

    /// <summary>The IPv4 parser: one to four numbers, decimal, octal or hexadecimal, of which the last fills what the others leave.</summary>
    private static string? IPv4(string domain)
    {
        string[] parts = Parts(domain);
        if (parts.Length > 4) return null; // 4
        ulong address = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            int bytes = i == parts.Length - 1 ? 4 - i : 1;
            if (Number(parts[i]) is not { } number || number >> (8 * bytes) != 0) return null; // 6-10
            address = (address << (8 * bytes)) | number;
        }

        return new IPAddress([(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address]).ToString();
    }

    private static string[] Parts(string domain)
    {
        string[] parts = domain.Split('.');
        return parts is [.., _, ""] ? parts[..^1] : parts;
    }

    /// <summary>The IPv4 number parser; what is too long for an address is given as too large for one.</summary>
    private static ulong? Number(string text)
    {
        if (text.Length == 0) return null; // 1
        (int radix, string digits) = text switch
        {
            ['0', 'x' or 'X', ..] => (16, text[2..]),
            ['0', _, ..] => (8, text[1..]),
            _ => (10, text),
        };
        ulong number = 0;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix) return null; // 7
            number = Math.Min((number * (ulong)radix) + (ulong)digit, uint.MaxValue + 1UL);
        }

        return number;
    }

    private static string? IPv6(string text)
    {
        // .NET reads scopes and prefix lengths, too.
        if (text.Any(c => !char.IsAsciiHexDigit(c) && c is not (':' or '.'))) return null;
        if (!IPAddress.TryParse(text, out IPAddress? address) || address.AddressFamily != AddressFamily.InterNetworkV6) return null;
        byte[] bytes = address.GetAddressBytes();
        ushort[] pieces = [.. Enumerable.Range(0, 8).Select(i => (ushort)((bytes[2 * i] << 8) | bytes[(2 * i) + 1]))];
        // The IPv6 serializer: the first longest run of two and more zeros is compressed, and no part is written as IPv4.
        (int start, int length) = (-1, 1);
        for (int i = 0; i < 8; i++)
        {
            int run = pieces.Skip(i).TakeWhile(piece => piece == 0).Count();
            if (run > length) (start, length) = (i, run);
        }

        return start < 0 ? $"[{Join(pieces)}]" : $"[{Join(pieces[..start])}::{Join(pieces[(start + length)..])}]";

        static string Join(ushort[] pieces) => string.Join(':', pieces.Select(piece => piece.ToString("x", CultureInfo.InvariantCulture)));
    }
}
