using System.Globalization;
using System.Net;

namespace Cierre.AspNetCore.Origins;

/// <summary>Origins that are let in: each as browsers write it, all below a domain as <c>https://*.example.org</c>, or <c>*</c> for any.</summary>
internal sealed class OriginList
{
    private const string Any = "*";

    // RFC 6454 7.1: what a browser writes for a page whose origin is nobody's business, such as one in a sandbox.
    private const string Opaque = "null";

    private readonly HashSet<Origin> _origins = [];
    private readonly List<Origin> _domains = [];
    private bool _any;
    private bool _opaque;

    /// <summary>Whether nothing is listed.</summary>
    public bool IsEmpty { get; private init; }

    /// <summary>Reads the entries of an option.</summary>
    /// <exception cref="ArgumentException">An entry can never match; the message says why, and what would be right.</exception>
    public static OriginList Parse(IEnumerable<string> entries, string option)
    {
        string[] all = [.. entries];
        var list = new OriginList { IsEmpty = all is [] };
        foreach (string entry in all)
        {
            if (list.FaultOf(entry) is { } fault)
            {
                throw new ArgumentException($"{UntrustedText.Quote(entry ?? "")} in {option} can match no origin, because {fault}", option);
            }
        }

        return list;
    }

    /// <summary>Tells whether the Origin header is one of the list.</summary>
    public bool Contains(string origin)
    {
        if (_any) return true;
        if (origin == Opaque) return _opaque;
        if (!Origin.TryParse(origin, out Origin from)) return false;
        if (_origins.Contains(from)) return true;
        foreach (Origin domain in _domains)
        {
            if (from.Scheme == domain.Scheme && from.Port == domain.Port && IsBelow(from.Host, domain.Host)) return true;
        }

        return false;
    }

    /// <summary>The dot is part of what is listed, and at least one label stands before it.</summary>
    private static bool IsBelow(string host, string domain) =>
        host.Length > domain.Length && host[0] != '.' && host.EndsWith(domain, StringComparison.Ordinal);

    /// <summary>Takes an entry in; or says why it can match nothing, and what to write.</summary>
    private string? FaultOf(string? entry)
    {
        switch (entry)
        {
            case null or "":
                return "it is empty: remove it.";
            case Any:
                _any = true;
                return null;
            case Opaque:
                _opaque = true;
                return null;
        }

        int separator = entry.IndexOf("://", StringComparison.Ordinal);
        if (separator <= 0) return $"it has no scheme: write {Example(entry)}.";
        string scheme = entry[..separator].ToLowerInvariant(), authority = entry[(separator + 3)..];
        if (scheme is "ws" or "wss")
        {
            return $"a page's origin is http or https, not {scheme}: write \"{(scheme == "ws" ? "http" : "https")}://{UntrustedText.Escape(authority)}\".";
        }

        if (authority.AsSpan().IndexOfAny(", \t;") >= 0) return "it is more than one origin, or has a space in it: write one origin for each entry.";
        int end = authority.AsSpan().IndexOfAny("/\\?#");
        if (end >= 0) return $"it has a path: write {Example(entry[..(separator + 3 + end)])}.";
        int user = authority.LastIndexOf('@');
        if (user >= 0) return $"it has a user in it: write {Example($"{scheme}://{authority[(user + 1)..]}")}.";
        return authority.StartsWith("*.", StringComparison.Ordinal) ? FaultOfDomain(scheme, authority[2..]) : FaultOfOrigin(scheme, authority);
    }

    private string? FaultOfOrigin(string scheme, string authority)
    {
        if (authority.Contains('*', StringComparison.Ordinal))
        {
            return "an asterisk stands for whole labels at the start of the host: write \"https://*.example.org\", or \"*\" for any origin.";
        }

        if (!Origin.TryRead(scheme, authority,
            out Origin origin)) return "it is not scheme://host or scheme://host:port, such as \"https://app.example:8443\".";
        if (scheme is "http" or "https" && FaultOfAddress(origin.Host) is { } fault) return fault;
        _origins.Add(origin);
        return null;
    }

    private string? FaultOfDomain(string scheme, string authority)
    {
        if (authority.Contains('*', StringComparison.Ordinal)) return "only one asterisk may stand in it, as in \"https://*.example.org\".";
        bool isDomain = Origin.TryRead(scheme, authority, out Origin origin) && origin.Host is not ("" or ['.', ..]);
        if (!isDomain) return "no domain stands behind the asterisk, as in \"https://*.example.org\".";
        if (origin.Host[0] == '[' || IsAddress(origin.Host)) return "an address has no subdomains: write the addresses themselves.";
        _domains.Add(origin with { Host = "." + origin.Host });
        return null;
    }

    /// <summary>URL Standard 3.5: a host whose last label is a number is an address, and browsers write it in its one form.</summary>
    private static string? FaultOfAddress(string host)
    {
        if (host[0] == '[' || !IsAddress(host)) return null;
        return IPAddress.TryParse(host, out IPAddress? address) && address.ToString() is var canonical && canonical != host
            ? $"browsers write this address as {canonical}: write that."
            : address is null ? "its host is neither a name nor an address." : null;
    }

    private static bool IsAddress(string host)
    {
        ReadOnlySpan<char> last = host.AsSpan(host.LastIndexOf('.') + 1);
        bool isHexadecimal = last.StartsWith("0x") && int.TryParse(last[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out _);
        return last.Length > 0 && (isHexadecimal || !last.ContainsAnyExceptInRange('0', '9'));
    }

    private static string Example(string entry)
    {
        string whole = entry.Contains("://", StringComparison.Ordinal) ? entry : "https://" + entry;
        return Origin.TryParse(whole, out Origin origin) ? $"\"{origin}\"" : "it as in \"https://app.example\"";
    }
}
