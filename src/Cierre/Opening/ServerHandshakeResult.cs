using Cierre.Deflate;

namespace Cierre.Opening;

/// <summary>What a server makes of a request: it opens, or it is answered with an HTTP status.</summary>
internal abstract record ServerHandshakeResult
{
    private ServerHandshakeResult()
    {
    }

    /// <summary>
    /// The request is a good one. <paramref name="Accept"/> is the value of Sec-WebSocket-Accept, null over HTTP/2;
    /// <paramref name="ExtensionsText"/> that of Sec-WebSocket-Extensions, empty for none; <paramref name="Deflate"/> what it says of compression.
    /// </summary>
    internal sealed record Accepted(string? Accept, string? Subprotocol, string ExtensionsText, DeflateParameters? Deflate) : ServerHandshakeResult;

    /// <summary>The request is refused. The text is one English sentence: what was wrong, and what would be right.</summary>
    internal sealed record Refused(HandshakeRefusalKind Kind, int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, string Text) : ServerHandshakeResult;
}

/// <summary>The rule that a refused request broke.</summary>
internal enum HandshakeRefusalKind
{
    MethodNotGet,
    HostCount,
    HttpVersion10,
    UpgradeNotWebSocket,
    ConnectionNotUpgrade,
    ConnectionNotRead,
    HasContent,
    NotExtendedConnect,
    ProtocolNotWebSocket,
    VersionRepeated,
    VersionMissing,
    VersionNotSupported,
    KeyMissing,
    KeyRepeated,
    KeyInvalid,
    SubprotocolsMalformed,
    SubprotocolRepeated,
    ExtensionsMalformed,
}
