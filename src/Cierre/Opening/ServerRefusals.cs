using System.Globalization;
using Cierre.Deflate;
using Refused = Cierre.WebSocketHandshakeResult;

namespace Cierre.Opening;

/// <summary>Every way in which a server refuses a handshake, one member a rule: what it costs and how it is worded.</summary>
internal static class ServerRefusals
{
    /// <summary>RFC 6455 4.2.1, 1: an HTTP/1.1 GET. RFC 9110 15.5.6: 405 names what is allowed.</summary>
    /// <param name="others">The methods that others answer at this address.</param>
    public static Refused MethodNotGet(string method, IReadOnlyList<string> others) => new(
        HandshakeRefusalKind.MethodNotGet, 405, [Allow("GET", others)],
        $"The request method is \"{HeaderText.Show(method)}\", but over HTTP/1.1 a WebSocket opens with GET.");

    /// <summary>RFC 6455 4.2.1, 2, and RFC 9112 3.2: exactly one Host.</summary>
    public static Refused HostCount(int count) => BadRequest(
        HandshakeRefusalKind.HostCount,
        string.Create(CultureInfo.InvariantCulture, $"The request has {count} Host headers, but must have exactly 1."));

    /// <summary>RFC 6455 4.2.1, 1. A proxy that was not told of HTTP/1.1 asks so, and drops Upgrade or has it ignored (RFC 9110 7.8).</summary>
    public static Refused HttpVersion10() => UpgradeRequired(
        HandshakeRefusalKind.HttpVersion10,
        "The request is one of HTTP/1.0, but a WebSocket opens over HTTP/1.1 or HTTP/2; a proxy in between may have to be told to speak HTTP/1.1.");

    /// <summary>RFC 6455 4.2.1, 3. A plain HTTP request ends here, and learns how to do better (RFC 9110 15.5.22).</summary>
    public static Refused UpgradeNotWebSocket(IReadOnlyList<string> upgrade) => UpgradeRequired(
        HandshakeRefusalKind.UpgradeNotWebSocket,
        $"The request {Sent(OpeningHeaders.Upgrade, upgrade)}, but this address speaks WebSocket and needs \"Upgrade: websocket\".");

    /// <summary>RFC 6455 4.2.1, 4.</summary>
    public static Refused ConnectionNotUpgrade(IReadOnlyList<string> connection) => BadRequest(
        HandshakeRefusalKind.ConnectionNotUpgrade,
        $"The request {Sent(OpeningHeaders.Connection, connection)}, but a WebSocket handshake needs \"Connection: Upgrade\".");

    /// <summary>RFC 6455 4.1: what follows the head of a handshake are frames, and not before the answer.</summary>
    public static Refused HasContent() => BadRequest(
        HandshakeRefusalKind.HasContent,
        "The request has a body (Content-Length or Transfer-Encoding), but a WebSocket handshake must have none.");

    /// <summary>RFC 8441 4 and 5. No 426 here: HTTP/2 has no upgrade. Where others answer at this address, the method is what is wrong (RFC 9110
    /// 15.5.6).</summary>
    /// <param name="others">The methods that others answer at this address.</param>
    public static Refused NotExtendedConnect(string method, IReadOnlyList<string> others)
    {
        string text = $"The request is a plain \"{HeaderText.Show(method)}\", but over HTTP/2 a WebSocket opens with CONNECT and \":protocol: websocket\".";
        return others.Count == 0 || method == "CONNECT"
            ? BadRequest(HandshakeRefusalKind.NotExtendedConnect, text)
            : new(HandshakeRefusalKind.NotExtendedConnect, 405, [Allow("CONNECT", others)], text);
    }

    /// <summary>RFC 8441 5.</summary>
    public static Refused ProtocolNotWebSocket(string protocol) => BadRequest(
        HandshakeRefusalKind.ProtocolNotWebSocket,
        $"The request has \":protocol: {HeaderText.Show(protocol)}\", but this address needs \":protocol: websocket\".");

    /// <summary>RFC 6455 11.3.5: not more than once in a request.</summary>
    public static Refused VersionRepeated(int count) => BadRequest(
        HandshakeRefusalKind.VersionRepeated,
        string.Create(CultureInfo.InvariantCulture, $"The request has {count} Sec-WebSocket-Version headers, but must have exactly 1, with the value 13."));

    /// <summary>RFC 6455 4.2.1, 6, and 4.4.</summary>
    public static Refused VersionMissing(bool isHttp2) => WrongVersion(
        HandshakeRefusalKind.VersionMissing, isHttp2,
        "The request has no Sec-WebSocket-Version header, but must have one with the value 13.");

    /// <summary>RFC 6455 4.2.1, 6, and 4.4.</summary>
    public static Refused VersionNotSupported(string version, bool isHttp2) => WrongVersion(
        HandshakeRefusalKind.VersionNotSupported, isHttp2,
        $"The Sec-WebSocket-Version is \"{HeaderText.Show(version)}\", but this server speaks version 13.");

    /// <summary>RFC 6455 4.2.1, 5.</summary>
    public static Refused KeyMissing() => BadRequest(
        HandshakeRefusalKind.KeyMissing,
        "The request has no Sec-WebSocket-Key header, but must have one that is the base64 of 16 bytes.");

    /// <summary>RFC 6455 11.3.1: not more than once in a request.</summary>
    public static Refused KeyRepeated(int count) => BadRequest(
        HandshakeRefusalKind.KeyRepeated,
        string.Create(CultureInfo.InvariantCulture, $"The request has {count} Sec-WebSocket-Key headers, but must have exactly 1."));

    /// <summary>RFC 6455 4.2.1, 5.</summary>
    public static Refused KeyInvalid(string key) => BadRequest(
        HandshakeRefusalKind.KeyInvalid,
        $"The Sec-WebSocket-Key is \"{HeaderText.Show(key)}\", but must be the base64 of exactly 16 bytes.");

    /// <summary>RFC 6455 4.2.1, 8, and 11.3.4.</summary>
    public static Refused SubprotocolsMalformed(IReadOnlyList<string> values, string error) => BadRequest(
        HandshakeRefusalKind.SubprotocolsMalformed,
        $"The Sec-WebSocket-Protocol header \"{HeaderText.Show(HeaderList.Join(values))}\" must be a comma separated list of tokens, but {error}.");

    /// <summary>RFC 6455 4.1, 10: the elements are unique.</summary>
    public static Refused SubprotocolRepeated(string name) => BadRequest(
        HandshakeRefusalKind.SubprotocolRepeated,
        $"The Sec-WebSocket-Protocol header names \"{HeaderText.Show(name)}\" more than once, but must name each subprotocol only once.");

    /// <summary>RFC 6455 9.1.</summary>
    public static Refused ExtensionsMalformed(ExtensionListFault fault) => BadRequest(
        HandshakeRefusalKind.ExtensionsMalformed,
        string.Create(CultureInfo.InvariantCulture, $"The Sec-WebSocket-Extensions header \"{HeaderText.Show(fault.Value)}\" is malformed at character " +
            $"{fault.Character}, where {fault.Expected} was expected."));

    private static Refused BadRequest(HandshakeRefusalKind kind, string text) => new(kind, 400, [], text);

    private static KeyValuePair<string, string> Allow(string own, IReadOnlyList<string> others) =>
        new(OpeningHeaders.Allow, string.Join(", ", others.Append(own).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)));

    // RFC 9110 7.8: whoever sends Upgrade names it in Connection too. Servers end a connection whose Connection header does not say keep-alive,
    // so that it says close (RFC 9112 9.6).
    private static Refused UpgradeRequired(HandshakeRefusalKind kind, string text) => new(
        kind,
        426,
        [
            new(OpeningHeaders.Upgrade, OpeningHeaders.WebSocket),
            new(OpeningHeaders.Connection, OpeningHeaders.Upgrade + ", close"),
            new(OpeningHeaders.Version, OpeningHeaders.Version13),
        ],
        text);

    private static Refused WrongVersion(HandshakeRefusalKind kind, bool isHttp2, string text) => isHttp2
        ? new(kind, 400, [new(OpeningHeaders.Version, OpeningHeaders.Version13)], text)
        : UpgradeRequired(kind, text);

    private static string Sent(string header, IReadOnlyList<string> values) => values.Count == 0
        ? $"has no {header} header"
        : $"has \"{header}: {HeaderText.Show(HeaderList.Join(values))}\"";
}
