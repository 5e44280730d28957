using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http;
using Cierre.Closing;
using Cierre.Deflate;
using Cierre.Opening;

namespace Cierre.Client;

/// <summary>The headers of the opening request: what the application may add, and what the handshake has itself. RFC 6455 4.1.</summary>
internal static class RequestHeaders
{
    // RFC 9110 7.6.1 and 9112 6.1: they are about this connection and the body, of which an opening request has none.
    private static readonly string[] OfTheHandshake = [OpeningHeaders.Connection, OpeningHeaders.Upgrade, "Transfer-Encoding", "Trailer"];

    // RFC 9110 5.5: visible ASCII, space and tab. Bytes above are obsolete, and the HTTP handler sends none.
    private static readonly SearchValues<char> Sendable = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(c => (char)c), '\t']);

    private static readonly SearchValues<char> NeverInAHost = SearchValues.Create("/\\?#@ \t");

    /// <exception cref="ArgumentException">One cannot be part of an opening request.</exception>
    public static void Check(IEnumerable<KeyValuePair<string, string>> headers)
    {
        foreach ((string name, string value) in headers)
        {
            if (name is null || value is null) throw new ArgumentException("A header has no name or no value; give it both, or leave it out.", nameof(headers));
            if (FaultOf(name, value, CultureInfo.InvariantCulture) is { } fault) throw new ArgumentException(fault, nameof(headers));
        }
    }

    /// <summary>What is wrong with a header that is to be part of an opening request; null for nothing.</summary>
    public static string? FaultOf(string name, string value, CultureInfo culture)
    {
        using var request = new HttpRequestMessage();
        if (IsOfTheHandshake(name) || !request.Headers.TryAddWithoutValidation(name, value))
        {
            return Texts.Format(culture, "ExplainHeaderNotSettable", HeaderText.Show(name));
        }

        int wrong = value.AsSpan().IndexOfAnyExcept(Sendable);
        if (wrong >= 0) return Texts.Format(culture, "ExplainHeaderValue", name, (int)value[wrong], wrong);
        return name.Equals("Host", StringComparison.OrdinalIgnoreCase) && !IsHost(value)
            ? Texts.Format(culture, "ExplainHeaderHost", HeaderText.Show(UrlUserInfo.HideInDoubt(value)), "example.org:8080")
            : null;
    }

    /// <summary>Whether the handshake sets the header itself, or it is about one connection and its bodies only.</summary>
    private static bool IsOfTheHandshake(string name) =>
        name.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase) || OfTheHandshake.Contains(name, StringComparer.OrdinalIgnoreCase);

    public static HttpRequestMessage CreateRequest(
        Uri url, IEnumerable<KeyValuePair<string, string>> headers, IReadOnlyList<string> subprotocols, DeflateOptions? compression, bool http2)
    {
        var request = new HttpRequestMessage(http2 ? HttpMethod.Connect : HttpMethod.Get, url)
        {
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (http2) request.Headers.Protocol = OpeningHeaders.WebSocket;
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        foreach ((string name, string value) in ClientHandshake.CreateRequestHeaders(http2 ? null : FreshKey.Placeholder, subprotocols, compression, http2))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    /// <summary>RFC 9110 7.2: a host and perhaps a port, and nothing else of a URL.</summary>
    private static bool IsHost(string value) =>
        !value.AsSpan().ContainsAny(NeverInAHost) && Uri.TryCreate($"ws://{value}/", UriKind.Absolute, out Uri? url) && url.Host.Length != 0;
}
