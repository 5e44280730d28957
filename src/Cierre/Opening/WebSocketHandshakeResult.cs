using System.Diagnostics.CodeAnalysis;
using System.Net;
using Cierre.Opening;

namespace Cierre;

/// <summary>Says how a server answers an opening request: it opens (101, or 200 over HTTP/2), or is refused with a status and a sentence. RFC 6455
/// 4.2.2.</summary>
public sealed class WebSocketHandshakeResult
{
    private readonly string? _accept;

    /// <param name="accept">The value of Sec-WebSocket-Accept; null over HTTP/2, which has none.</param>
    internal WebSocketHandshakeResult(WebSocketNegotiation negotiated, string? accept, IReadOnlyList<string> offered)
    {
        (Negotiated, _accept, OfferedSubprotocols) = (negotiated, accept, offered);
        StatusCode = accept is null ? HttpStatusCode.OK : HttpStatusCode.SwitchingProtocols;
        Headers = HeadersOf(negotiated, accept);
    }

    internal WebSocketHandshakeResult(HandshakeRefusalKind kind, int status, IReadOnlyList<KeyValuePair<string, string>> headers, string error) =>
        (Kind, StatusCode, Headers, Error, OfferedSubprotocols) = (kind, (HttpStatusCode)status, headers, error, []);

    /// <summary>Whether the request is accepted: there is something <see cref="Negotiated"/>, and no <see cref="Error"/>.</summary>
    [MemberNotNullWhen(true, nameof(Negotiated))]
    [MemberNotNullWhen(false, nameof(Error), nameof(Kind))]
    public bool IsAccepted => Negotiated is not null;

    /// <summary>What was agreed on, for <see cref="WebSocketConnection.CreateFromPipe"/>; null where the request is refused.</summary>
    public WebSocketNegotiation? Negotiated { get; }

    /// <summary>The status of the answer: 101, over HTTP/2 200, or the refusal's, 4xx.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>The headers of the answer that the handshake asks for. An acceptance over HTTP/1.1 has <c>Upgrade</c>, <c>Connection</c> and
    /// <c>Sec-WebSocket-Accept</c>; each has <c>Sec-WebSocket-Protocol</c> and <c>-Extensions</c> where there is something to say.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>Why the request is refused, in one English sentence of printable ASCII that says what was wrong and what would be right; null where it is
    /// accepted.</summary>
    public string? Error { get; }

    /// <summary>The subprotocols that the client offers, in its order, for a server whose choice depends on more than its own list, such as a gateway; empty
    /// where the request is refused.</summary>
    public IReadOnlyList<string> OfferedSubprotocols { get; }

    /// <summary>The rule that a refused request broke.</summary>
    internal HandshakeRefusalKind? Kind { get; }

    /// <summary>Answers with another choice of subprotocol.</summary>
    /// <param name="subprotocol">One of <see cref="OfferedSubprotocols"/>, or null for none.</param>
    /// <returns>The same answer but for that.</returns>
    /// <exception cref="InvalidOperationException">The request is refused.</exception>
    /// <exception cref="ArgumentException">The client does not offer it, and would fail the connection. RFC 6455 4.1.</exception>
    public WebSocketHandshakeResult WithSubprotocol(string? subprotocol)
    {
        if (!IsAccepted) throw new InvalidOperationException("The request is refused: there is nothing to choose.");
        if (subprotocol is not null && !OfferedSubprotocols.Contains(subprotocol, StringComparer.Ordinal))
            throw new ArgumentException("The client does not offer this subprotocol, and fails a connection with it (RFC 6455 4.1).", nameof(subprotocol));
        return subprotocol == Negotiated.Subprotocol ? this : new WebSocketHandshakeResult(Negotiated.With(subprotocol), _accept, OfferedSubprotocols);
    }

    /// <summary>For a program of another library, which may choose what the client does not offer: clients that do not mind work with that.</summary>
    /// <exception cref="ArgumentException">It is no token. RFC 6455 4.1.</exception>
    internal WebSocketHandshakeResult WithAnySubprotocol(string subprotocol)
    {
        if (!IsAccepted) throw new InvalidOperationException("The request is refused: there is nothing to choose.");
        return Subprotocols.IsToken(subprotocol)
            ? new WebSocketHandshakeResult(Negotiated.With(subprotocol), _accept, OfferedSubprotocols)
            : throw new ArgumentException("A subprotocol is a token (RFC 6455 4.1).", nameof(subprotocol));
    }

    private static List<KeyValuePair<string, string>> HeadersOf(WebSocketNegotiation negotiated, string? accept)
    {
        var headers = new List<KeyValuePair<string, string>>(5);
        if (accept is not null)
        {
            headers.Add(new(OpeningHeaders.Upgrade, OpeningHeaders.WebSocket));
            headers.Add(new(OpeningHeaders.Connection, OpeningHeaders.Upgrade));
            headers.Add(new(OpeningHeaders.Accept, accept));
        }

        if (negotiated.Subprotocol is { } subprotocol) headers.Add(new(OpeningHeaders.Subprotocol, subprotocol));
        if (negotiated.Extensions.Length != 0) headers.Add(new(OpeningHeaders.Extensions, negotiated.Extensions));
        return headers;
    }
}

/// <summary>The rule that a refused request broke.</summary>
internal enum HandshakeRefusalKind
{
    MethodNotGet,
    HostCount,
    HttpVersion10,
    UpgradeNotWebSocket,
    ConnectionNotUpgrade,
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
