using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cierre.AspNetCore.Origins;

/// <summary>The one form of a host's name, so that names are the same where their texts are. URL Standard 3.</summary>
internal static class HostName
{
    // What can stand in no host: an origin with a path, a user or a second origin is not what browsers send.
    private static readonly SearchValues<char> NotInHost = SearchValues.Create("/\\?#@,%<>^|\"[]: \t");
    private static readonly IdnMapping Idn = new() { AllowUnassigned = true };

    /// <summary>Lower case, ASCII also for what is written in other alphabets (RFC 5891), addresses of IPv6 in brackets and in their one form (RFC 5952); null
    /// for what is no host.</summary>
    public static string? Normalize(ReadOnlySpan<char> host)
    {
        if (host.Length > 2 && host[0] == '[' && host[^1] == ']')
        {
            ReadOnlySpan<char> address = host[1..^1];
            bool isAddress = IPAddress.TryParse(address, out IPAddress? parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6;
            return isAddress && !address.Contains('%') ? $"[{parsed}]" : null;
        }

        if (host.IsEmpty || host.ContainsAny(NotInHost) || host.ContainsAnyInRange('\0', ' ') || host.Contains('\x7F')) return null;
        if (!host.ContainsAnyExceptInRange('\0', '\x7F')) return host.ToString().ToLowerInvariant();
        try
        {
            return Idn.GetAscii(host.ToString()).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // No name that could be looked up.
            return null;
        }
    }

    /// <summary>Splits what stands in a Host header or behind the scheme of an origin, and normalizes its host. An empty port counts for none.</summary>
    public static bool TrySplit(ReadOnlySpan<char> authority, out string host, out int? port)
    {
        port = null;
        host = "";
        ReadOnlySpan<char> name = authority;
        // The colons inside the brackets belong to an IPv6 address, so the port is looked for behind them.
        int afterAddress = authority.LastIndexOf(']') + 1;
        int colon = authority[afterAddress..].IndexOf(':');
        if (colon >= 0)
        {
            name = authority[..(afterAddress + colon)];
            ReadOnlySpan<char> digits = authority[(afterAddress + colon + 1)..];
            if (!digits.IsEmpty)
            {
                if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number is < 1 or > 65535) return false;
                port = number;
            }
        }

        if (Normalize(name) is not { } normalized) return false;
        host = normalized;
        return true;
    }

    /// <summary>Whether a name is known to be this machine's whoever asks: <c>localhost</c>, and the loopback addresses.</summary>
    /// <remarks>Not what "0177.1", "[0:0:0:0:0:0:0:1]" and the like would be parsed to: browsers send addresses in their one form.</remarks>
    /// <param name="authority">As it came.</param>
    /// <param name="host">The normalized name in it.</param>
    public static bool IsLoopback(ReadOnlySpan<char> authority, string host) =>
        authority.StartsWith(host, StringComparison.OrdinalIgnoreCase) && IsLoopback(host);

    private static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address) && address.ToString() == host.Trim('[', ']'));
}
