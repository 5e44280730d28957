using System.Net;
using Cierre.Deflate;
using Cierre.Opening;

namespace Cierre;

/// <summary>Judges opening requests as a server: for those who serve WebSockets over streams of their own. RFC 6455 4.2, RFC 8441 5.</summary>
/// <remarks>Cierre.AspNetCore judges by the same function. What it accepts is answered with the result's status and headers; behind the answer the stream is a
/// connection: <see cref="WebSocketConnection.CreateFromPipe"/>. Origins and credentials are the server's to judge.</remarks>
public static class WebSocketHandshake
{
    /// <summary>Tells whether a request asks for a WebSocket at all, in order or not: for a server that has other answers at the same address, such as pages.
    /// RFC 9110 7.8, RFC 8441 4.</summary>
    /// <param name="request">What is known of it: method, HTTP version, and <c>Upgrade</c> or <c>:protocol</c> are looked at.</param>
    /// <returns>True for a GET of HTTP/1.1 whose <c>Upgrade</c> names <c>websocket</c>, and for an extended CONNECT for <c>websocket</c>. What is wrong with it
    /// otherwise, <see cref="Check"/> says.</returns>
    /// <exception cref="ArgumentNullException">No request.</exception>
    public static bool IsRequested(WebSocketHandshakeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.IsHttp2
            ? request.Method == "CONNECT" && IsWebSocket(request.ExtendedConnectProtocol)
            : request.Method == "GET" && request.HttpVersion >= HttpVersion.Version11 && HeaderList.Contains(request.UpgradeHeaders, OpeningHeaders.WebSocket);
    }

    /// <summary>Tells whether a text can be the name of a subprotocol: a token. RFC 6455 4.1, RFC 9110 5.6.2.</summary>
    /// <param name="name">The text.</param>
    /// <returns>False where it is empty, or has anything but ASCII letters, digits and <c>!#$%&amp;'*+-.^_`|~</c>.</returns>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public static bool IsSubprotocol(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Subprotocols.IsToken(name);
    }

    /// <summary>Judges a request.</summary>
    /// <param name="request">What is known of it.</param>
    /// <param name="subprotocols">What the server speaks, in its order of preference; the first that the client offers is chosen. Null: none.</param>
    /// <param name="compression">Which offers of permessage-deflate are accepted; null: none. RFC 7692.</param>
    /// <returns>The answer: an acceptance, or a refusal that says what would be right.</returns>
    /// <exception cref="ArgumentNullException">No request.</exception>
    /// <exception cref="ArgumentException">A list of the request has a null in it.</exception>
    public static WebSocketHandshakeResult Check(WebSocketHandshakeRequest request, IReadOnlyList<string>? subprotocols = null,
        DeflateOptions? compression = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        CheckNoNull(request.OtherMethods, nameof(request.OtherMethods));
        CheckNoNull(request.UpgradeHeaders, nameof(request.UpgradeHeaders));
        CheckNoNull(request.ConnectionHeaders, nameof(request.ConnectionHeaders));
        CheckNoNull(request.KeyHeaders, nameof(request.KeyHeaders));
        CheckNoNull(request.VersionHeaders, nameof(request.VersionHeaders));
        CheckNoNull(request.SubprotocolHeaders, nameof(request.SubprotocolHeaders));
        CheckNoNull(request.ExtensionHeaders, nameof(request.ExtensionHeaders));
        // The version before the key: a client of another version cannot know what our key looks like, but understands 426.
        if ((request.IsHttp2 ? CheckConnect(request) : CheckUpgrade(request)) is { } wrongRequest)
        {
            return wrongRequest;
        }

        if (request.HasContent)
        {
            return ServerRefusals.HasContent();
        }

        if (CheckVersion(request) is { } wrongVersion)
        {
            return wrongVersion;
        }

        if (!request.IsHttp2 && CheckKey(request.KeyHeaders) is { } wrongKey)
        {
            return wrongKey;
        }

        if (!Subprotocols.TryParse(request.SubprotocolHeaders, out var offered, out var error))
        {
            return ServerRefusals.SubprotocolsMalformed(request.SubprotocolHeaders, error);
        }

        if (Subprotocols.FirstRepeated(offered) is { } repeated)
        {
            return ServerRefusals.SubprotocolRepeated(repeated);
        }

        if (ExtensionList.Parse(request.ExtensionHeaders, out var extensionOffers) is { } fault)
        {
            return ServerRefusals.ExtensionsMalformed(fault);
        }

        ExtensionOffer answer = default;
        var deflate = compression is null ? null : DeflateNegotiation.Accept(extensionOffers, compression, out answer);
        return new WebSocketHandshakeResult(
            new WebSocketNegotiation
            {
                Subprotocol = subprotocols is null ? null : Subprotocols.Choose(offered, subprotocols),
                Extensions = deflate is null ? "" : ExtensionList.Format([answer]),
                Url = request.Url,
                HttpVersion = request.HttpVersion,
                Terms = deflate?.For(server: true, compression!),
            },
            request.IsHttp2 ? null : WebSocketKey.Accept(request.KeyHeaders[0]),
            offered);
    }

    private static bool IsWebSocket(string? protocol) => OpeningHeaders.WebSocket.Equals(protocol, StringComparison.OrdinalIgnoreCase);

    private static void CheckNoNull(IReadOnlyList<string> values, string name)
    {
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i] is null) throw new ArgumentException($"{name} has a null at index {i}; a value of a header, or nothing, is needed.", name);
        }
    }

    /// <summary>RFC 6455 4.2.1, 1 to 4.</summary>
    private static WebSocketHandshakeResult? CheckUpgrade(WebSocketHandshakeRequest request)
    {
        // RFC 9110 9.1: methods are told apart by case.
        if (request.Method != "GET")
        {
            return ServerRefusals.MethodNotGet(request.Method, request.OtherMethods);
        }

        // The version first: HTTP/1.0 needs no Host (RFC 9110 7.2).
        if (request.HttpVersion < HttpVersion.Version11)
        {
            return ServerRefusals.HttpVersion10();
        }

        if (request.HostHeaderCount != 1)
        {
            return ServerRefusals.HostCount(request.HostHeaderCount);
        }

        if (!HeaderList.Contains(request.UpgradeHeaders, OpeningHeaders.WebSocket))
        {
            return ServerRefusals.UpgradeNotWebSocket(request.UpgradeHeaders);
        }

        return HeaderList.Contains(request.ConnectionHeaders, OpeningHeaders.Upgrade)
            ? null
            : ServerRefusals.ConnectionNotUpgrade(request.ConnectionHeaders);
    }

    /// <summary>RFC 8441 5: :protocol stands for Upgrade and Connection, and the key is not needed.</summary>
    private static WebSocketHandshakeResult? CheckConnect(WebSocketHandshakeRequest request)
    {
        if (request.Method != "CONNECT" || request.ExtendedConnectProtocol is not { } protocol)
        {
            return ServerRefusals.NotExtendedConnect(request.Method, request.OtherMethods);
        }

        return IsWebSocket(protocol)
            ? null
            : ServerRefusals.ProtocolNotWebSocket(protocol);
    }

    private static WebSocketHandshakeResult? CheckVersion(WebSocketHandshakeRequest request) => request.VersionHeaders switch
    {
        [] => ServerRefusals.VersionMissing(request.IsHttp2),
        [OpeningHeaders.Version13] => null,
        [var other] => ServerRefusals.VersionNotSupported(other, request.IsHttp2),
        { Count: var count } => ServerRefusals.VersionRepeated(count),
    };

    private static WebSocketHandshakeResult? CheckKey(IReadOnlyList<string> keys) => keys switch
    {
        [] => ServerRefusals.KeyMissing(),
        [var key] => WebSocketKey.IsValid(key) ? null : ServerRefusals.KeyInvalid(key),
        { Count: var count } => ServerRefusals.KeyRepeated(count),
    };
}
