using Cierre.Deflate;
using Accepted = Cierre.Opening.ServerHandshakeResult.Accepted;
using Refused = Cierre.Opening.ServerHandshakeResult.Refused;

namespace Cierre.Opening;

/// <summary>RFC 6455 4.2 and RFC 8441 5: the server's side of the opening handshake, as a function of the request's headers.</summary>
internal static class ServerHandshake
{
    /// <summary>Judges a request. The subprotocols stand in the server's order of preference; without settings of compression, no offer of it is
    /// accepted.</summary>
    public static ServerHandshakeResult Check(OpeningRequest request, IReadOnlyList<string> supportedSubprotocols, DeflateOptions? compression = null)
    {
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

        if (!request.IsHttp2 && CheckKey(request.Key) is { } wrongKey)
        {
            return wrongKey;
        }

        if (!Subprotocols.TryParse(request.Subprotocols, out var offered, out var error))
        {
            return ServerRefusals.SubprotocolsMalformed(request.Subprotocols, error);
        }

        if (Subprotocols.FirstRepeated(offered) is { } repeated)
        {
            return ServerRefusals.SubprotocolRepeated(repeated);
        }

        if (ExtensionList.Parse(request.Extensions, out var extensionOffers) is { } fault)
        {
            return ServerRefusals.ExtensionsMalformed(fault);
        }

        ExtensionOffer answer = default;
        var deflate = compression is null ? null : DeflateNegotiation.Accept(extensionOffers, compression, out answer);
        return new Accepted(
            request.IsHttp2 ? null : WebSocketKey.Accept(request.Key[0]),
            Subprotocols.Choose(offered, supportedSubprotocols),
            deflate is null ? "" : ExtensionList.Format([answer]),
            deflate);
    }

    /// <summary>RFC 6455 4.2.1, 1 to 4.</summary>
    private static Refused? CheckUpgrade(OpeningRequest request)
    {
        // RFC 9110 9.1: methods are told apart by case.
        if (request.Method != "GET")
        {
            return ServerRefusals.MethodNotGet(request.Method, request.OtherMethods);
        }

        if (request.HostCount != 1)
        {
            return ServerRefusals.HostCount(request.HostCount);
        }

        if (request.IsHttp10)
        {
            return ServerRefusals.HttpVersion10();
        }

        if (!HeaderList.Contains(request.Upgrade, OpeningHeaders.WebSocket))
        {
            return ServerRefusals.UpgradeNotWebSocket(request.Upgrade);
        }

        return HeaderList.Contains(request.Connection, OpeningHeaders.Upgrade)
            ? null
            : ServerRefusals.ConnectionNotUpgrade(request.Connection);
    }

    /// <summary>RFC 8441 5: :protocol stands for Upgrade and Connection, and the key is not needed.</summary>
    private static Refused? CheckConnect(OpeningRequest request)
    {
        if (request.Method != "CONNECT" || request.Protocol is not { } protocol)
        {
            return ServerRefusals.NotExtendedConnect(request.Method, request.OtherMethods);
        }

        return protocol.Equals(OpeningHeaders.WebSocket, StringComparison.OrdinalIgnoreCase)
            ? null
            : ServerRefusals.ProtocolNotWebSocket(protocol);
    }

    private static Refused? CheckVersion(OpeningRequest request) => request.Version switch
    {
        [] => ServerRefusals.VersionMissing(request.IsHttp2),
        [OpeningHeaders.Version13] => null,
        [var other] => ServerRefusals.VersionNotSupported(other, request.IsHttp2),
        { Count: var count } => ServerRefusals.VersionRepeated(count),
    };

    private static Refused? CheckKey(IReadOnlyList<string> keys) => keys switch
    {
        [] => ServerRefusals.KeyMissing(),
        [var key] => WebSocketKey.IsValid(key) ? null : ServerRefusals.KeyInvalid(key),
        { Count: var count } => ServerRefusals.KeyRepeated(count),
    };
}
